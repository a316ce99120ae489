"""Printed pages: kept when offered, gone when dropped, never back before or after a withdrawal."""

from __future__ import annotations

import itertools
import os
import threading
import time

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from gongzhi.look import printed
from gongzhi.look.printable import is_printable

PATH = "/zh/cases/990101-26-TEST/"
DROPPED = "cases/990101-26-TEST/"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.PRINTED_DIR = tmp_path / "printed"


def exact(path: str = PATH):
    return printed._file(path, brief=False)


def asked(path: str = PATH):
    """A request as the doorway lets it in."""
    request = RequestFactory().get(path)
    printed.begin(request)
    return request


def print_page(*, still=lambda: True, path: str = PATH, query: str = "", text: str = "words") -> None:
    request = asked(path + query)
    response = HttpResponse(text)
    printed.offer(request, response, still=still)
    printed.keep(request, response)


@pytest.mark.django_db
def test_an_offered_page_is_kept_plain_and_compressed():
    print_page()
    assert exact().read_text() == "words"
    assert exact().with_suffix(".html.gz").exists()


@pytest.mark.django_db
def test_a_page_with_a_query_a_cookie_or_an_error_is_not_kept():
    print_page(query="?q=x")
    request = asked()
    failed = printed.offer(request, HttpResponse("gone", status=410), still=lambda: True)
    printed.keep(request, failed)
    cookie = HttpResponse("mine")
    cookie.set_cookie("a", "b")
    printed.keep(request, printed.offer(request, cookie, still=lambda: True))
    assert not exact().exists()


def test_an_exact_page_must_say_how_to_ask_again():
    with pytest.raises(ValueError, match="still"):
        printed.offer(RequestFactory().get(PATH), HttpResponse("x"))


@pytest.mark.django_db
def test_a_page_that_changed_while_it_was_rendered_is_not_kept():
    print_page(still=lambda: False)
    assert not exact().exists()


@pytest.mark.django_db(transaction=True)
def test_a_dropped_page_is_gone_in_both_languages_before_the_commit():
    print_page()
    print_page(path=PATH.replace("/zh/", "/en/"))
    with transaction.atomic():
        printed.drop(DROPPED)
        assert not exact().exists()
        assert not exact(PATH.replace("/zh/", "/en/")).exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_can_print_between_removal_and_commit_and_all_can_after_it():
    with transaction.atomic():
        printed.drop(DROPPED)
        print_page(text="old words, read before the commit")
        assert not exact().exists()
    print_page(text="new words")
    assert exact().read_text() == "new words"


@pytest.mark.parametrize("brief", [False, True], ids=["exact", "brief"])
@pytest.mark.django_db(transaction=True)
def test_in_no_order_of_steps_is_a_withdrawn_page_served_after_the_acknowledgement(brief):
    """The printer renders, then keeps; the verb drops, then commits: every interleaving of the four steps."""
    steps = ("render", "keep", "drop", "commit")
    orders = [o for o in itertools.permutations(steps) if o.index("render") < o.index("keep")]
    orders = [o for o in orders if o.index("drop") < o.index("commit")]
    assert len(orders) == 6
    for order in orders:
        _interleave(order, brief=brief)
        assert not printed._file(PATH, brief=brief).exists(), order


def _interleave(order, *, brief):
    public = {"now": True}  # what a reader of the database sees: changes at commit
    rendered: dict[str, object] = {}
    outer = transaction.atomic()
    for step in order:
        if step == "render":
            request = asked()
            response = HttpResponse("words" if public["now"] else "gone", status=200 if public["now"] else 410)
            how = {"lasts": 60.0} if brief else {"still": lambda: public["now"]}
            printed.offer(request, response, **how)
            rendered.update(request=request, response=response)
        elif step == "keep":
            printed.keep(rendered["request"], rendered["response"])
        elif step == "drop":
            outer.__enter__()
            printed.drop(DROPPED)
        else:
            public["now"] = False
            outer.__exit__(None, None, None)


@pytest.mark.django_db(transaction=True)
def test_the_hold_of_a_killed_verb_keeps_the_page_unprinted_until_it_is_cleared():
    with transaction.atomic():
        printed.drop(DROPPED)
        transaction.set_rollback(True)  # as after a kill: on_commit never ran
    print_page()
    assert not exact().exists()
    assert printed.clear_holds(older_than=600) == 0
    assert printed.clear_holds(older_than=600, now=time.time() + 601) == 2
    print_page()
    assert exact().exists()


@pytest.mark.django_db
def test_a_page_whose_reading_was_not_noted_is_not_kept():
    request = RequestFactory().get(PATH)
    printed.keep(request, printed.offer(request, HttpResponse("words"), lasts=60))
    assert not printed._file(PATH, brief=True).exists()


@pytest.mark.django_db
def test_expired_lists_are_swept():
    request = asked("/zh/week/")
    printed.keep(request, printed.offer(request, HttpResponse("list"), lasts=2))
    file = printed._file("/zh/week/", brief=True)
    assert file.stat().st_mtime > time.time() + 1
    assert printed.sweep(now=time.time() + 30) == 0
    assert printed.sweep(now=time.time() + 63) == 2
    assert not file.exists()


@pytest.mark.django_db
def test_printers_at_once_leave_one_whole_page():
    pages = [chr(97 + n) * 50_000 for n in range(8)]
    threads = [threading.Thread(target=print_page, kwargs={"text": text}) for text in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert exact().read_text() in pages
    assert not [n for n in os.listdir(exact().parent) if n not in ("index.html", "index.html.gz")]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/zh/", True),
        ("/en/cases/990101-26-K7M4-2QXD/", True),
        ("/zh/places/990101001002/", True),
        ("/zh/../../etc/passwd/", False),
        ("/zh/a//b/", False),
        ("/zh/case", False),
        ("/fr/", False),
        ("/zh/" + "a" * 300 + "/", False),
        ("/zh/村/", False),
        ("/zh/a\0b/", False),
    ],
)
def test_only_plain_paths_become_files(path, allowed):
    assert is_printable(path) is allowed
