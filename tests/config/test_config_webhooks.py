"""Providers whose reports are taken: each with what proves it, and nothing that it does not use."""

from __future__ import annotations

from pathlib import Path

import pytest
from delivery.providers.signed import TOPIC, public

from publisher.config import parse
from publisher.errors import ConfigError

MINIMAL = "site: {title: T, url: https://x.example}\n"


def read(text, path=Path("/site/config.yaml"), **environ):
    return parse((MINIMAL + text).encode(), path, environ)


def test_the_four_providers(tmp_path):
    (tmp_path / "key").write_text(
        f"-----BEGIN PUBLIC KEY-----\n{public()[:64]}\n{public()[64:]}\n-----END PUBLIC KEY-----\n"
    )
    config = read(
        f"webhooks: {{in: {{ses: {{topic: '{TOPIC}'}}, mailgun: {{secret: '${{M}}'}}, "
        "postmark: {secret: '${P}', user: hooks}, sendgrid: {secret_file: key}}}\n",
        path=tmp_path / "config.yaml",
        M="m",
        P="p",
    )
    found = config.webhooks.incoming
    assert [*found] == ["ses", "mailgun", "postmark", "sendgrid"]
    assert (found["ses"].topic, found["mailgun"].secret, found["sendgrid"].secret) == (TOPIC, "m", public())
    assert (found["postmark"].secret, found["postmark"].user) == ("p", "hooks")
    assert config.later() == []
    assert public() not in repr(config) + config.model_dump_json()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("sparkpost: {}", "webhooks.in.sparkpost: 'sparkpost' is not a provider whose reports are understood; write ses, mailgun, postmark or sendgrid"),
        ("ses: {}", "webhooks.in.ses: is missing topic: with the ARN of its topic in SNS; write it"),
        ("ses: {topic: bounces}", "webhooks.in.ses.topic: 'bounces' is no topic of SNS; write its ARN: arn:aws:sns:eu-west-1:123456789012:bounces"),
        (f"ses: {{topic: '{TOPIC}', secret: '${{S}}'}}", "webhooks.in.ses: has a secret, and ses proves itself by its certificate; take it away"),
        ("mailgun: {}", "webhooks.in.mailgun: is missing its secret; write secret_file: with the path of a file, or secret: ${NAME}"),
        ("postmark: {user: a}", "webhooks.in.postmark: is missing its secret; write secret_file: with the path of a file, or secret: ${NAME}"),
        ("sendgrid:", "webhooks.in.sendgrid: is missing its secret; write secret_file: with the path of a file, or secret: ${NAME}"),
        (f"mailgun: {{topic: '{TOPIC}', secret: '${{S}}'}}", "webhooks.in.mailgun: has a topic, and mailgun knows none; take it away"),
        ("mailgun: {user: a, secret: '${S}'}", "webhooks.in.mailgun: has a user, and mailgun sends none; take it away"),
        ("sendgrid: {secret: '${S}'}", "webhooks.in.sendgrid: has a secret that is no key; write the verification key that SendGrid shows: MFkwEwYHKoZI…"),
    ],
)  # fmt: skip
def test_what_a_provider_can_have_wrong(given, told):
    with pytest.raises(ConfigError) as error:
        read(f"webhooks:\n  in:\n    {given}\n", S="geheim")
    assert told in str(error.value)
    assert "geheim" not in str(error.value)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(ConfigError) as error:
        read("webhooks:\n  in:\n    mailgun: {}\n    x: {}\n    ses: {}\n")
    assert [line.split(":")[1] for line in str(error.value).splitlines()] == ["4", "5", "6"]
