"""GET /v1/programs/gallery: named programs."""

from fastapi import APIRouter, Response

from app.api.http.answering import answer
from app.api.programs.answer import ProgramGalleryOut, gallery_program
from app.programs.gallery import GALLERY

router = APIRouter(prefix="/v1/programs", tags=["programs"])


@router.get(
    "/gallery",
    operation_id="program_gallery",
    summary="Named programs, to post as they are or to change",
    response_model=ProgramGalleryOut,
)
async def program_gallery() -> Response:
    """What Tensor Programs are used for: kernels, gradients, SGD, attention, normalization."""
    return answer({"programs": [gallery_program(each) for each in GALLERY.values()]})
