"""Routes of the Enrollment site, under /enroll/."""

from django.urls import URLPattern, URLResolver, path

from planbridge.enrollment import confirm_pages, pages, report_page, sign_in_pages

app_name = "enrollment"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("invitation/<str:token>/", sign_in_pages.invitation, name="invitation"),
    path("sign-in/<int:connection_id>/", sign_in_pages.provider_sign_in, name="provider"),
    path("sign-in/answer/", sign_in_pages.provider_answer, name="provider_answer"),
    path("signed-out/", sign_in_pages.signed_out, name="signed_out"),
    path("leave/", sign_in_pages.leave, name="leave"),
    path("language/", sign_in_pages.language, name="language"),
    path("check/", confirm_pages.check, name="check"),
    path("confirm/", confirm_pages.confirm, name="confirm"),
    path("decline/", confirm_pages.decline, name="decline"),
    path("receipt/", confirm_pages.receipt, name="receipt"),
    path("receipt/confirmation.pdf", report_page.report, name="report"),
    path("receipt/mail/", report_page.mail_report, name="mail_report"),
    path("<slug:slug>/", pages.step, name="step"),
    path("<slug:slug>/effect/", pages.effect, name="effect"),
]
