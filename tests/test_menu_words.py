"""What languages and time zones are called in a menu."""

import pytest

from publisher.templates import Templates, autonym


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("en", "English"), ("en-GB", "British English"), ("zh-CN", "简体中文"), ("zh-Hans", "简体中文"), ("zh", "中文"),
        ("zh-TW", "繁體中文"), ("fr", "Français"), ("pt-BR", "Português"), ("ar", "العربية"), ("tlh", "tlh"), ("", ""), ("../x", "../x"),
    ],
)  # fmt: skip
def test_a_language_by_its_own_name(tag, name):
    assert autonym(tag) == name


@pytest.mark.parametrize(
    ("language", "zone", "city"),
    [
        ("en", "Asia/Shanghai", "Shanghai"),
        ("zh-CN", "Asia/Shanghai", "上海"),
        ("zh-CN", "Asia/Kathmandu", "加德满都"),  # CLDR has it as Asia/Katmandu
        ("zh-CN", "Europe/Kyiv", "基辅"),
        ("en", "America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("en", "UTC", "UTC"),
        ("en", "Mars/Olympus_Mons", "Olympus Mons"),
    ],
)
def test_a_zone_by_its_city(tmp_path, language, zone, city):
    (tmp_path / "t.txt").write_text("{{ zone|city }}", "utf-8")
    assert Templates(tmp_path).render("t.txt", language=language, zone=zone) == city
