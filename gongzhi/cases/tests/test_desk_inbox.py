"""The inbox: queues by duty and deadline, the case beside the list, exports, density."""

from __future__ import annotations

import re

import pytest

from gongzhi.cases.desk.inbox import _plain
from gongzhi.cases.tests.deskcast import accepted, fresh, signed_in, text, url

pytestmark = pytest.mark.usefixtures("county")


def test_who_is_not_signed_in_is_led_to_sign_in(client) -> None:
    response = client.get(url("inbox"))
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


def test_a_new_case_stands_in_the_queue_of_its_organ_only() -> None:
    case = fresh()
    assert case.number in text(signed_in("roads-1").get(url("inbox") + "?queue=new"))
    assert case.number not in text(signed_in("water-1").get(url("inbox") + "?queue=new"))


def test_the_inbox_begins_with_the_queue_that_has_work() -> None:
    case = accepted()
    assert case.number in text(signed_in("roads-1").get(url("inbox")))


def test_an_empty_queue_says_what_to_do_next() -> None:
    page = text(signed_in("roads-1").get(url("inbox") + "?queue=overdue"))
    assert 'class="empty"' in page


def test_the_opened_case_stands_beside_the_list() -> None:
    case = fresh()
    client = signed_in("roads-1")
    page = text(client.get(url("inbox") + f"?queue=new&open={case.id}"))
    assert page.count("<h1") == 1
    (panel,) = re.findall(r'hx-get="([^"]+)" hx-trigger="load" hx-target="#case"', page)
    assert f'<a class="button" href="{panel}"' in page  # the same without a script
    assert f'data-case="{case.id}"' in text(client.get(panel, headers={"HX-Request": "true"}))


def test_an_opened_case_that_is_hidden_leaves_the_list_alone() -> None:
    case = fresh()
    response = signed_in("water-1").get(url("inbox") + f"?open={case.id}")
    assert response.status_code == 200
    assert case.number not in text(response)
    assert 'hx-trigger="load" hx-target="#case"' not in text(response)


def test_a_panel_is_the_case_without_its_frame() -> None:
    case = fresh()
    page = text(signed_in("roads-1").get(url("case", case), headers={"HX-Request": "true"}))
    assert "<html" not in page
    assert case.number in page


def test_the_queue_as_csv() -> None:
    case = fresh()
    response = signed_in("roads-1").get(url("inbox") + "?queue=new&as=csv")
    assert response["Content-Type"].startswith("text/csv")
    assert case.number in text(response)


@pytest.mark.parametrize("cell", ["=1+1", "+8613800138000", "-2", "@sum", "\tx"])
def test_no_cell_of_a_csv_is_a_formula(cell: str) -> None:
    assert _plain(cell) == f"'{cell}"


def test_density_is_kept_on_the_device() -> None:
    fresh()
    clerk = signed_in("roads-1")
    response = clerk.post(url("density"), {"density": "tight", "next": url("inbox")})
    assert response["Location"] == url("inbox")
    assert "dense" in text(clerk.get(url("inbox")))


def test_density_leads_to_no_other_site() -> None:
    response = signed_in("roads-1").post(url("density"), {"density": "tight", "next": "https://evil.example/"})
    assert response["Location"] == url("inbox")


def test_an_administrator_is_led_to_the_first_page_of_her_post() -> None:
    response = signed_in("admin").get(url("inbox"))
    assert response.status_code == 302
    assert response["Location"].endswith("/desk/people/")


def test_the_list_finds_words_and_a_number_leads_to_its_case() -> None:
    case = fresh()
    clerk = signed_in("roads-1")
    assert case.number in text(clerk.get(url("list"), {"q": "井盖"}))
    found = clerk.get(url("list"), {"q": case.number.lower().replace("-", " ")})
    assert found["Location"] == url("case", case)


def test_the_list_as_csv_keeps_the_filter() -> None:
    case, other = fresh(), fresh("停水三天了，水压一直不够，请修一下。")
    csv = text(signed_in("desk-1").get(url("list"), {"matter": "manhole", "as": "csv"}))
    assert case.number in csv
    assert other.number not in csv


def test_the_figures_of_the_queues_are_a_part_of_their_own() -> None:
    fresh()
    page = text(signed_in("roads-1").get(url("inbox") + "?queue=new&part=queues"))
    assert "<html" not in page
    assert 'aria-current="page"' in page


def test_a_page_of_the_inbox_asks_few_questions(django_assert_max_num_queries) -> None:
    for number in range(6):
        fresh(f"第{number}个井盖坏了，请来看看，晚上很危险。")
    clerk = signed_in("roads-1")
    clerk.get(url("inbox") + "?queue=new")
    with django_assert_max_num_queries(24):
        clerk.get(url("inbox") + "?queue=new")
