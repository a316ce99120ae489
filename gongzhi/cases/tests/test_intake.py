from __future__ import annotations
import pytest
from gongzhi.cases import course, dispatch, handling, closing, rating, undoing, looking, recovering, intake, ringing
from gongzhi.cases.tests import cast
pytestmark = pytest.mark.usefixtures("county")

def test_smoke():
    r = cast.say()
    c=course.by_token(r.link_token, cast.AT); print(c)
    case=r.case
    dispatch.accept(**cast.turn("roads-1", case))
    handling.ask(**cast.turn("roads-1", case), question="哪里？")
    handling.answer_question(by=r.voice.ref, at=cast.later(days=2), voice=r.voice.id, words="东街10号，电话13912345678")
    dispatch.help(**cast.turn("roads-1", case), organs=["town"])
    dispatch.return_help(**cast.turn("town-1", case), text="拍了照")
    looking.original(**{k:v for k,v in cast.turn("roads-1", case).items() if k in("by","at","post")}, voice=r.voice.id, purpose="understand")
    closing.answer_and_close(**cast.turn("roads-1", case), public_text="修好了。", outcome="fixed")
    undoing.undo(by=cast.post("roads-1").doer, at=cast.AT, post=cast.post("roads-1"), case=case.id)
    closing.answer_and_close(**cast.turn("roads-1", case), public_text="修好了。", outcome="fixed")
    print(rating.rate(by=r.voice.ref, at=cast.later(days=3), voice=r.voice.id, solved=False, grade=1))
    c=course.by_token(r.link_token, cast.AT); print(c)
    c=course.public_case(r.case.number, cast.AT); print(c)
    print(recovering.at_counter(by="post:x", at=cast.AT, post=cast.post("counter-1"), number=r.voice.number, words="东街井盖坏了 老人差点摔倒"))
    recovering.by_contact(at=cast.AT, kind="email", address="Lin@example.org")
    print(ringing.ring_due(at=cast.later(days=30)))
    intake.withdraw(by=r.voice.ref, at=cast.AT, voice=r.voice.id)
