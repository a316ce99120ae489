"""The address of the phone to play with, at /<lang>/practice/phone/; found only in a practice county."""

from django.urls import path

from gongzhi.rehearsal import phone

urlpatterns = [path("", phone.phone, name="practice_phone")]
