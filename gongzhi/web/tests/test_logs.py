"""No secret link and no query reaches a log line."""

from __future__ import annotations

import json
import logging

import pytest

from gongzhi.kit.ids import secret_token
from gongzhi.web.logs import Json, Line, WithoutSecrets, configuration, without_secrets


@pytest.mark.parametrize("path", ["/zh/v/{}/", "/en/v/{}/rate/", "/api/v1/voices/{}", "/api/v1/receipts/{}"])
def test_a_secret_link_is_not_logged(path):
    token = secret_token()
    assert token not in without_secrets(f"Not Found: {path.format(token)}")


def test_what_somebody_searched_for_is_not_logged():
    assert without_secrets("Bad Request: /zh/cases/?q=我的名字") == "Bad Request: /zh/cases/?…"


def test_a_record_is_rewritten_with_its_arguments():
    token = secret_token()
    record = logging.LogRecord("django.request", 30, "x.py", 1, "%s: %s", ("Gone", f"/zh/v/{token}/"), None)
    WithoutSecrets().filter(record)
    assert record.getMessage() == "Gone: /zh/v/…/"


def test_of_an_address_nobody_made_only_the_beginning_is_logged():
    record = logging.LogRecord("django.request", 30, "x.py", 1, "%s: %s", ("Not Found", "/zh/my-name-is-lin/"), None)
    record.status_code = 404
    WithoutSecrets().filter(record)
    assert record.getMessage() == "Not Found: /zh…"


def test_a_json_line_tells_the_same_as_a_plain_one_and_stays_one_line():
    record = logging.LogRecord("django.request", 40, "x.py", 1, "broke\nhere", (), None)
    try:
        raise ValueError("DETAIL of 13800138000\nFailing row (我的孩子)")
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    line = Json().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert (told["level"], told["name"], told["message"]) == ("error", "django.request", "broke\nhere")
    assert told["error"][0].startswith("ValueError: DETAIL of")
    assert "test_logs.py" in told["where"][0]
    assert not any(value in line for value in ("我的孩子", "13800138000"))


def test_a_form_of_log_that_is_none_is_refused_at_the_start():
    with pytest.raises(SystemExit, match="GONGZHI_LOG"):
        configuration("xml")


def test_the_served_log_has_the_filter(settings):
    assert "secrets" in settings.LOGGING["handlers"]["stderr"]["filters"]
    assert settings.LOGGING["formatters"]["line"]["()"] == "gongzhi.web.logs.Line"


def test_an_error_is_told_by_place_and_kind_and_not_by_the_values_it_quotes():
    quoted = "violates a constraint\nDETAIL:  Failing row contains (我的孩子被打了, 13800138000)."
    link = f"/zh/v/{secret_token()}/ 13800138000"
    record = logging.LogRecord("django.request", 40, "x.py", 1, "Internal Server Error", (), None)
    try:
        try:
            raise ValueError(quoted)
        except ValueError as cause:
            raise KeyError(link) from cause
    except KeyError as error:
        record.exc_info = (KeyError, error, error.__traceback__)
    line = Line("%(message)s").format(record)
    assert "ValueError: violates a constraint" in line
    assert line.index("ValueError") < line.index("KeyError")
    assert "test_logs.py" in line
    assert not any(value in line for value in ("我的孩子", "13800138000", "DETAIL"))
    assert "/v/…" in line
