"""Addresses of the guided tour, mounted at /<lang>/desk/tour/."""

from django.urls import path

from gongzhi.rehearsal import views

app_name = "tour"
urlpatterns = [
    path("", views.tour, name="tour"),
    path("begin/", views.begin, name="begin"),
    path("tell/<slug:code>/", views.tell, name="tell"),
]
