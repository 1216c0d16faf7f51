"""Test connection for a Recordkeeper API: step by step, the first failing step last."""

import socket
import ssl
from collections.abc import Iterator

from planbridge.recordkeepers.connector import Check, ConnectorError, WantedPlan
from planbridge.recordkeepers.rest_plans import PlanPage, read_plan
from planbridge.recordkeepers.rest_requests import Call, RestRequests, read_json
from planbridge.recordkeepers.rest_settings import origin

_SECONDS = 10.0


def check_steps(requests: RestRequests) -> Iterator[Check]:
    """Name, TLS, credentials, permission, contract: what each saw. The first that fails is the last given."""
    scheme, host, port = origin(requests.settings.url)
    steps = [_check_name(host, port)]
    yield steps[-1]
    if not steps[-1].passed:
        return
    steps.append(
        _check_tls(host, port)
        if scheme == "https"
        else Check("tls", passed=True, said="Not needed on this machine itself.")
    )
    yield steps[-1]
    if steps[-1].passed:
        yield from _check_calls(requests)


def _check_name(host: str, port: int) -> Check:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return Check(
            "name",
            passed=False,
            said=f"{host} is no known host name ({error.strerror}); check the connection's address.",
        )
    return Check("name", passed=True, said=f"{host} is {found[0][4][0]}.")


def _check_tls(host: str, port: int) -> Check:
    try:
        with (
            socket.create_connection((host, port), timeout=_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            return Check("tls", passed=True, said=f"{secured.version()}, the certificate is valid for {host}.")
    except ssl.SSLCertVerificationError as error:
        said = f"The certificate of {host} is not valid ({error.verify_message}); it must be renewed."
        return Check("tls", passed=False, said=said)
    except OSError as error:
        said = f"{host}:{port} takes no TLS connection ({error}); check address, port and firewall."
        return Check("tls", passed=False, said=said)


def _check_calls(requests: RestRequests) -> Iterator[Check]:
    path = f"/v1/plans?limit={requests.settings.page_limit}"
    try:
        page = requests.get(Call(path), lambda response: read_json(response, PlanPage))
    except ConnectorError as error:
        yield from _failed(error)
        return
    yield Check("credentials", passed=True, said="The recordkeeper takes the credentials.")
    yield Check("permission", passed=True, said="The credentials may list the plans.")
    yield _check_document(requests, page)


def _failed(error: ConnectorError) -> Iterator[Check]:
    """The steps up to the one that the error belongs to."""
    problem, said = error.problem, error.problem.message
    is_permission = problem.code == "RK_AUTH_FAILED" and "403" in (problem.detail or "")
    if is_permission:
        yield Check("credentials", passed=True, said="The recordkeeper takes the credentials.")
        yield Check(
            "permission", passed=False, said=f"{said} Ask the recordkeeper to let these credentials list the plans."
        )
    elif problem.code == "RK_BAD_RESPONSE":
        yield Check("credentials", passed=True, said="The recordkeeper takes the credentials.")
        yield Check("permission", passed=True, said="The recordkeeper answers the call for the plans.")
        yield Check("contract", passed=False, said=f"{said} Check that the address is that of a Recordkeeper API.")
    else:
        yield Check("credentials", passed=False, said=said)


def _check_document(requests: RestRequests, page: PlanPage) -> Check:
    if not page.plans:
        return Check("contract", passed=True, said="The plan list is built as agreed; it names no plan yet.")
    plan_id = page.plans[0].plan_id
    answer = read_plan(requests, WantedPlan(0, plan_id))
    if answer.problems:
        return Check("contract", passed=False, said=f"Plan {plan_id}: {answer.problems[0].message}")
    return Check("contract", passed=True, said=f"The plan list and the document of plan {plan_id} are built as agreed.")
