"""A browser is named as its owner would name it, and what lies or says nothing breaks nothing."""

import pytest

from grantapp.web.device import device_of

MOZILLA = "Mozilla/5.0 "


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (MOZILLA + "(Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox sur Windows"),
        (MOZILLA + "(Windows NT 10.0) AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0", "Edge sur Windows"),
        (MOZILLA + "(X11; Linux x86_64) AppleWebKit/537 Chrome/140.0 Safari/537", "Chrome sur Linux"),
        (MOZILLA + "(Linux; Android 15; Pixel) AppleWebKit/537 Chrome/140 Mobile Safari/537", "Chrome sur Android"),
        (MOZILLA + "(iPhone; CPU iPhone OS 18 like Mac OS X) Version/18 Mobile Safari/604", "Safari sur iPhone"),
        (MOZILLA + "(Macintosh; Intel Mac OS X 14) AppleWebKit/605 Version/18 Safari/605", "Safari sur Mac"),
        ("curl/8.0", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
        ("<script>" * 10_000, "Navigateur inconnu"),
    ],
)
def test_a_browser_is_named_in_plain_words(agent: str, device: str):
    assert device_of(agent) == device
