#!/usr/bin/env bash
# Installs the Debian packages that the whole test run needs. Needs root; does nothing where all are there.
set -euo pipefail

packages=(
  ca-certificates make
  chromium               # pages and mails as a browser shows them
  fontconfig             # fc-list: which fonts there are
  fonts-noto-cjk         # Chinese in screenshots
  fonts-noto-color-emoji # without it emoji are boxes
  nginx-light            # the configuration of docs/nginx.md
  newsboat rss2email     # feed readers that poll a served site
  openssl                # a certificate for a relay with TLS
  libmail-dkim-perl      # a second opinion on DKIM signatures
  libmail-spf-perl       # with SPF: only recommended by spamassassin
  libnet-dns-perl        # the resolver that it is given: no network
  spamassassin           # the score of a digest, by its local rules
)
python=${PYTHON:-python3}
# Debian's Python comes without venv; python.org's brings it.
"$python" -c 'import ensurepip' 2>/dev/null || packages+=(python3 python3-venv)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "make system knows Debian and Ubuntu only; elsewhere install: Python 3.11+, chromium, newsboat, nginx, rss2email, Noto CJK and Noto Color Emoji fonts" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done

if [ "${#missing[@]}" -eq 0 ]; then
  echo "system packages: all there"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "make system needs root to install: ${missing[*]}; run: sudo make system" >&2
  exit 1
fi
echo "system packages: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
echo "system packages: installed"
