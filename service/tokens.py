"""Access tokens for programs: OAuth 2.0 client credentials (RFC 6749, section 4.4) over the local identity.

`client_id` and `client_secret` are a login and its password, in the form or in HTTP Basic, not in both. The token is a
session like any other: it ends after eight hours and can be ended before. Errors have the form that OAuth gives them,
because that is what its libraries read; which of login and password is wrong is not told.
"""

import binascii
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from service.identity import LASTING, Busy, Identity, TooManyTries, WrongCredentials

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenView(BaseModel):
    """An access token; send it as `Authorization: Bearer …`."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  (the name of a kind of token)
    expires_in: int


class OAuthError(BaseModel):
    """An error as RFC 6749, section 5.2, writes it."""

    error: Literal["invalid_request", "invalid_client", "unsupported_grant_type", "temporarily_unavailable"]
    error_description: str


class Refused(Exception):  # noqa: N818  (named by what happened)
    """The request is not one that a token is given for."""

    def __init__(self, status: int, error: str, zh: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(error)
        self.status, self.error, self.zh, self.headers = status, error, zh, headers or {}


def router(identity: Identity, now: Callable[[], datetime]) -> APIRouter:
    """The one route."""
    routes = APIRouter(prefix="/api/v1", tags=["identity"])

    @routes.post(
        "/token",
        summary="取得访问令牌",
        description="OAuth 2.0 客户端凭据：以账号、口令换取八小时有效的访问令牌。",
        response_model=TokenView,
        responses={
            400: {"model": OAuthError, "description": "请求不合 OAuth 规范"},
            401: {"model": OAuthError, "description": "账号或口令不对"},
            429: {"model": OAuthError, "description": "失败次数过多，请五分钟后再试"},
            503: {"model": OAuthError, "description": "登录的人太多，请稍后再试"},
        },
    )
    def token(
        grant_type: Annotated[str, Form(description="client_credentials")] = "",
        client_id: Annotated[str, Form(description="账号")] = "",
        client_secret: Annotated[str, Form(description="口令")] = "",
        authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
    ) -> JSONResponse:
        try:
            login, password = _credentials(grant_type, client_id, client_secret, authorization)
            opened = _sign_in(identity, login, password, now())
        except Refused as refused:
            body = OAuthError.model_validate({"error": refused.error, "error_description": refused.zh})
            return JSONResponse(body.model_dump(), refused.status, headers=NO_STORE | refused.headers)
        given = TokenView(access_token=opened, expires_in=int(LASTING.total_seconds()))
        return JSONResponse(given.model_dump(), headers=NO_STORE)

    return routes


def _credentials(grant_type: str, client_id: str, client_secret: str, authorization: str | None) -> tuple[str, str]:
    """Login and password from the one place where they are."""
    if not grant_type:
        raise Refused(400, "invalid_request", "缺少 grant_type。")
    if grant_type != "client_credentials":
        raise Refused(400, "unsupported_grant_type", "只支持 client_credentials。")
    if authorization is not None and authorization.lower().startswith("basic "):
        if client_id or client_secret:
            raise Refused(400, "invalid_request", "账号、口令只能放在一处：表单或者 Authorization。")
        client_id, client_secret = _basic(authorization)
    if not client_id or not client_secret:
        raise Refused(400, "invalid_request", "缺少 client_id 或 client_secret。")
    return client_id, client_secret


def _basic(authorization: str) -> tuple[str, str]:
    encoded = authorization.partition(" ")[2]
    try:
        login, found, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _wrong() from error
    if not found:
        raise _wrong()
    return unquote_plus(login), unquote_plus(password)


def _sign_in(identity: Identity, login: str, password: str, at: datetime) -> str:
    try:
        return identity.sign_in(login, password, at)
    except WrongCredentials as error:
        raise _wrong() from error
    except TooManyTries as error:
        said = "登录失败次数过多，请五分钟后再试。"
        raise Refused(429, "invalid_client", said, {"Retry-After": "300"}) from error
    except Busy as error:
        said = "现在登录的人太多，请稍后再试。"
        raise Refused(503, "temporarily_unavailable", said, {"Retry-After": "5"}) from error


def _wrong() -> Refused:
    return Refused(401, "invalid_client", "账号或口令不对。", {"WWW-Authenticate": 'Basic realm="yinzheng"'})
