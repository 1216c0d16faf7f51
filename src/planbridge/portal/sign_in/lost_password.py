"""'Forgot your password?': a link by mail where mail is configured; else what to do instead."""

import structlog
from allauth.account.views import password_reset
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

PAGE = "portal/sign_in/lost_password.html"
log = structlog.get_logger()


@login_not_required
def lost_password(request: HttpRequest) -> HttpResponseBase:
    """Mail a link; where no mail can be sent, promise none."""
    if not settings.IS_MAIL_CONFIGURED:
        return render(request, PAGE)
    try:
        answer: HttpResponse = password_reset(request)
    except OSError as error:
        log.warning("link for a new password not mailed", kind=type(error).__name__)
        return render(request, PAGE, {"is_mail_broken": True}, status=503)
    return answer
