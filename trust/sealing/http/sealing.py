"""The route that seals a document handed in.

A document above the threshold is answered with 202: once somebody else has approved the request, the same upload under
the same key gives the file.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response, status
from fastapi.responses import JSONResponse

from trust.http import Key
from trust.rules.idempotency import own_key
from trust.sealing.http.access import CONFLICTS, GUARDED, Authorize, SealId, SealViewer, department_of
from trust.sealing.http.service import SealService
from trust.sealing.sealing import Manner
from trust.sealing.uploads import FORM, Handed, read_upload
from trust.sealing.views import RequestView, request_view

MEDIA_TYPES = {"ofd": "application/ofd", "pdf": "application/pdf"}
UPLOAD_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file", "purpose"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "OFD 或 PDF，不超过 20 MB"},
                        "purpose": {"type": "string", "description": "用途"},
                        "page": {"type": "integer", "description": "页码，从 1 起；0 为每页"},
                        "x": {"type": "number", "description": "距左边，毫米"},
                        "y": {"type": "number", "description": "距上边，毫米"},
                        "words": {"type": "string", "description": "盖在这些文字上"},
                        "occurrence": {"type": "integer", "description": "第几处，-1 为最后一处"},
                        "riding": {"type": "string", "enum": ["left", "right", "top", "bottom"], "description": "骑缝"},
                        "lock": {"type": "integer", "enum": [0, 1], "description": "1：盖后锁定"},
                        "manner": {
                            "type": "string",
                            "enum": [one.value for one in Manner],
                            "description": "seal 盖章（默认）；ses 以 GB/T 38540 签章盖 PDF；"
                            "text 文本签名；package 保护整个 OFD 包。后两种不写位置",
                        },
                    },
                },
            },
        },
    },
}


def add_sealing(routes: APIRouter, seals: SealService, authorize: Authorize) -> None:
    """Sealing a document."""
    User = Annotated[SealViewer, Depends(authorize("use"))]  # noqa: N806  (an alias of a type, written as one)

    @routes.post(
        "/seals/{seal_id}/sealings",
        summary="用印",
        description="在 OFD 或 PDF 上用印，得到盖好的文件。超过单人限额的，回答 202，第二人批准后用同一键再提交一次。",
        response_class=Response,
        openapi_extra=UPLOAD_SCHEMA,
        responses=GUARDED
        | CONFLICTS
        | {
            200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "盖好的文件"},
            202: {"model": RequestView, "description": "已登记，待第二人批准"},
            400: {"description": "表单残缺，读不出来"},
            413: {"description": "文件太大"},
            415: {"description": "不是表单"},
        },
    )
    def seal(seal_id: SealId, key: Key, viewer: User, handed: Annotated[Handed, Depends(read_upload)]) -> Response:
        department = department_of(viewer)
        made = seals.seal(
            seal_id,
            handed.data,
            handed.wanted,
            key=own_key(department, key),
            by=viewer.officer,
            department=department,
        )
        headers = {"Cache-Control": "no-store", "Seal-Request": made.request.number}
        if made.file is None:
            view = request_view(made.request).model_dump(mode="json")
            return JSONResponse(view, status_code=status.HTTP_202_ACCEPTED, headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="sealed.{made.kind}"'
        return Response(made.file, media_type=MEDIA_TYPES[made.kind], headers=headers)
