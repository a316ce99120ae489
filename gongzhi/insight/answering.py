"""What a county says and asks about a finding: a public word, a question to an organ, and its answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from gongzhi.channels import outbox
from gongzhi.insight import standing_rules as rules
from gongzhi.insight import telling
from gongzhi.insight.models import Finding
from gongzhi.insight.standing_tables import PublicWord, Question
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.ledger import writing
from gongzhi.look import dates
from gongzhi.people import bells
from gongzhi.people import reads as people
from gongzhi.people.cards import PostCard
from gongzhi.places import reads as places

WORDS_MOST, QUESTION_MOST, ANSWER_MOST = 1000, 500, 1000


def publish(*, by: str, at: datetime, finding: Finding, organ: str, words: str) -> PublicWord:
    """Say something in public about a finding, in the name of an organ; the first such word stops the clock of the
    first official word. Words stay: a newer one puts an older one right. Refuses empty and long words."""
    words = rules.check_words(words, WORDS_MOST)
    with transaction.atomic():
        row = Finding.objects.select_for_update().get(pk=finding.pk)
        said = PublicWord.objects.create(finding=row, words=words, organ=organ, at=at, by=by)
        if row.first_word_at is None:
            row.first_word_at = at
            row.save(update_fields=["first_word_at"])
        writing.write(kind="finding.published", about=row.ref, by=by, at=at, details={"organ": organ})
    return said


def ask(*, by: str, at: datetime, finding: Finding, organ: str, words: str) -> Question:
    """Ask an organ about a finding; its head finds the question on her page, with three days to answer.

    Refuses empty and long words, an unknown organ, and a second question to an organ that has not answered yet."""
    words = rules.check_words(words, QUESTION_MOST)
    if organ not in {card.code for card in people.organs(at)}:
        raise Refusal("organ_unknown", N_("Please choose an office from the list."), field="organ")
    due = places.local_day(at) + timedelta(days=rules.ASK_DAYS)
    with transaction.atomic():
        row = Finding.objects.select_for_update().get(pk=finding.pk)
        if Question.objects.filter(finding=row, organ=organ, answered_at=None).exists():
            raise Refusal(
                "organ_asked", N_("This office was asked and has not answered yet."), status=409, field="organ"
            )
        question = Question.objects.create(finding=row, organ=organ, words=words, asked_at=at, asked_by=by, due_on=due)
        details = {"organ": organ, "due": due.isoformat()}
        writing.write(kind="finding.asked", about=row.ref, by=by, at=at, details=details)
        _tell_head(question, row, at)
    return question


def answer(*, by: str, at: datetime, question: Question, organ: str, words: str) -> Question:
    """Answer a question in the name of the organ that was asked. Refuses another organ (as if there were no such
    question), a second answer, and empty or long words."""
    words = rules.check_words(words, ANSWER_MOST)
    with transaction.atomic():
        row = Question.objects.select_for_update().filter(pk=question.pk, organ=organ).first()
        if row is None:
            raise NotFound("question_unknown", N_("There is no such question."))
        if row.answered_at is not None:
            raise Refusal("question_answered", N_("This question is answered already."), status=409, field="words")
        row.answer, row.answered_at, row.answered_by = words, at, by
        row.save(update_fields=["answer", "answered_at", "answered_by"])
        about = f"finding:{row.finding_id.hex}"
        writing.write(kind="finding.told", about=about, by=by, at=at, details={"organ": organ})
    return row


def _tell_head(question: Question, finding: Finding, at: datetime) -> None:
    """A line on the page of the organ's head, in her language; a vacant post is found on the cockpit instead."""
    head = people.head_of(question.organ, at)
    if head is None or head.account is None:
        return
    post: PostCard = people.cover_of(head.id, at) or head if head.away else head
    if post.account is None:
        return
    language = bells.wish_of(post.account).language
    with translation.override(language):
        context = {
            "title": telling.tell(finding).title,
            "due": dates.day(question.due_on),
            "path": f"/{'en' if language == 'en' else 'zh'}/desk/asked/",
        }
    outbox.put(
        at=at,
        adapter="page",
        address=f"account:{post.account.hex}",
        about=finding.ref,
        template="insight/messages/asked",
        context=context,
        language=language,
        key=f"insight.asked.{question.id.hex}",
    )
