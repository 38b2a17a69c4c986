"""The documents that must pass both validators, by name. A new document of the house gets its line here."""

import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import cycle
from pathlib import Path

from PIL import Image

from grantapp.documents import (
    acknowledgement,
    blank_form,
    collective,
    dossier,
    eligibility_report,
    pdf,
    preparatory,
    review_sheet,
)
from grantapp.documents.collective import MemberFile
from grantapp.documents.seal import seal
from grantapp.domain.deposit import Deposit, freeze
from grantapp.domain.judgement import judge
from grantapp.domain.project import Project
from grantapp.domain.question import Piece
from grantapp.domain.questionnaire import Questionnaire
from grantapp.domain.sharing import SHARED, Mandated, Together
from grantapp.editions import get_edition
from grantapp.services import demonstration
from grantapp.services.judging import Case, unfiled
from tests.documents.making import deposit_of, full_project
from tests.gathering import (
    cooperative,
    every_standing,
    filed,
    firm_deposit,
    firm_project,
    gathered,
    lead_deposit,
    not_filed,
    part,
)
from tests.makers import ADDRESS, EDITION, make_siren, seal_key

JUDGED_AT = datetime(2022, 3, 15, 9, tzinfo=UTC)
PARAGRAPH = "Une phrase assez longue pour faire des lignes, avec « des guillemets » ; et 12 500,50 € ! "
LONG = {
    "request.title": "z" * 40_000,
    "request.summary": (PARAGRAPH * 120)[:10_000],
    "plan.description": "e\u0301" * 10_000,
    "expenditure.lines[0].label": "Un mot, " * 400,
}
TORTURES = (
    "Emoji 😀 👩\u200d🔬 ❤\ufe0f 🇫🇷 👍🏽, tirets \u2010 \u2011 \u2012 et puces ◦ ▪ ☑ ☐",
    "Signes q\u0323\u0307 x\u20e3 a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307 n\u0303 \u0301seul Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "Droite à gauche שָׁלוֹם עולם، مرحبا بالعالم \u202eà l'envers\u202c \u2067isolé\u2069 et la suite",
    "中文 日本語 한국어 ไทย हिन्दी Ωμέγα Кириллица Ÿ ẞ ﬁ ǆ ℻ ™ ½ ①",
    "Privés \ue000\uf8ff\U000f0000, contrôles \x07\x1b\x85\u2028\u2029 et rien\ufffe\uffff\u0378",
    "Espaces\u00a0insécables\u202ffines\u2009\u2003\u3000, joints\u200b\u200c\u200d\u2060\ufeff et trait\u00adcoupé",
    '<script>alert("x")</script><img src="http://127.0.0.1:9/"><!-- </body> & &amp; &#0; ]]>{{ 7*7 }}{% raw %}',
)


def example(name: str) -> bytes:
    case = Case(demonstration.EXAMPLES[name](), get_edition(demonstration.EDITION), JUDGED_AT)
    return dossier.pdf(unfiled(case))


def of_forty_pages() -> bytes:
    project = full_project(lambda path: path if "[" in path else PARAGRAPH * 20, rows=24)
    return dossier.pdf(deposit_of(project))


def of_two_hundred_rows() -> bytes:
    return dossier.pdf(deposit_of(full_project(rows=200), steps=("request", "members", "expenditure", "funding")))


def with_ten_pieces() -> bytes:
    """Pieces of the three kinds, two of them with one name, one with a name no machine takes as it is."""
    images = [Image.new("RGB", (40 + number, 60), (20 * number, 90, 120)) for number in range(6)]
    contents = [_image(each, "JPEG") for each in images[:3]] + [_image(each, "PNG") for each in images[3:]]
    contents += [
        pdf.render(f'<html lang="fr"><title>Devis {number}</title><p>Devis {number}</p>', identifier=f"{number:032x}")
        for number in range(4)
    ]
    names = (
        "plan.jpg",
        "PLAN.jpg",
        "façade « nord ».jpg",
        "a/b:c.png",
        "d.png",
        "e.png",
        "1.pdf",
        "2.pdf",
        "3.pdf",
        "4",
    )
    pieces = [Piece(name, len(each), sha256(each).hexdigest()) for name, each in zip(names, contents, strict=True)]
    project = full_project().with_answers({"pieces.other": tuple(pieces)})
    given = {piece.sha256: each for piece, each in zip(pieces, contents, strict=True)}
    thumbnails = {piece.sha256: contents[0] for piece in pieces}
    return dossier.pdf(deposit_of(project), originals=given.get, thumbnails=thumbnails.get)


def _image(image: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    image.save(written, kind)
    return written.getvalue()


def of_torture_texts() -> bytes:
    """Very long texts, then each of the hard ones in turn in every field where anything can be typed."""
    return dossier.pdf(deposit_of(_tortured()))


def of_nothing() -> bytes:
    """A project with no answer at all."""
    return dossier.pdf(deposit_of(Project(), number=0))


def of_a_member() -> bytes:
    """A firm's dossier in a collective one: shared sections, one answered otherwise, one filled under a mandate."""
    together = Together(
        collective="A22-C001",
        cooperative="Coopérative imaginaire",
        siren=make_siren(),
        lead="A22-0001",
        saved_at=dict.fromkeys(SHARED, JUDGED_AT),
        sections=frozenset(SHARED) - {"site"},
        overridden={"site": "Notre atelier est sur la parcelle voisine."},
        mandate=Mandated("Je confie à la coopérative le soin de remplir ce dossier. " * 12, JUDGED_AT, "Sacha Modèle"),
        filled=frozenset({"finances"}),
    )
    return dossier.pdf(deposit_of(together=together))


def _tortured() -> Project:
    turn = cycle(TORTURES)
    return full_project(lambda path: LONG.get(path) or next(turn), rows=3)


def of_a_filed_version(printed: Callable[[Deposit], bytes]) -> bytes:
    """With its code and its address, and texts that are hard to print."""
    filed = deposit_of(_tortured())
    return printed(Deposit(dict(filed.content) | {"address": "https://depots.example"}))


def of_a_draft() -> bytes:
    return preparatory.pdf(deposit_of(_tortured(), number=0))


def sealed_second_version() -> bytes:
    """As it leaves the house: what changed since the first version, the code on each page, the seal."""
    edition, key = get_edition(demonstration.EDITION), seal_key()
    first = demonstration.project()
    second = first.with_answers({"plan.jobs_created": 40, "request.summary": TORTURES[0], "members.firms": ()})
    deposit = None
    for number, project in enumerate((first, second), start=1):
        deposit = freeze(
            edition=edition,
            project=project,
            judgement=judge(edition, project, JUDGED_AT),
            reference="A22-0001",
            number=number,
            by="Camille Exemple",
            at=JUDGED_AT,
            address="https://depots.example",
            previous=deposit,
        )
    assert deposit is not None
    at, address = JUDGED_AT, "https://depots.example"
    return seal(dossier.pdf(deposit), key, at=at, fingerprint=deposit.fingerprint, address=address)


def of_a_group() -> bytes:
    """A second version, as it leaves the house: firms of every standing, the cooperative, three members' PDFs."""
    hard = filed(_tortured().with_answers({"organisation.siret": "00003001500019"}), reference="A22-0101", number=2)
    flagged = part(11, deposit=filed(firm_project(11), reference="A22-0111"))
    late = [not_filed(12, accepted_at=None), not_filed(13)]
    first = gathered([*every_standing(), *late], cooperative=cooperative())
    parts = [part(1, deposit=hard, is_preparing=True), *every_standing()[1:], flagged, *late]
    edition = replace(get_edition(EDITION), version="2022.2")
    assembled = gathered(
        parts, cooperative=cooperative(lead_deposit()), number=2, previous=first, edition=edition, at=JUDGED_AT
    )
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        members = []
        for chapter in assembled.chapters[:3]:
            path = place / collective.attached_name(chapter)
            path.write_bytes(acknowledgement.pdf(firm_deposit(1)))
            members.append(MemberFile(chapter["fingerprint"], path.name, path, path.stat().st_size))
        (place / "written.pdf").write_bytes(collective.pdf(assembled, attached=[each.fingerprint for each in members]))
        with (place / "bound.pdf").open("wb") as out:
            collective.bind(place / "written.pdf", members, assembled, out)
        content, address = (place / "bound.pdf").read_bytes(), ADDRESS
    return seal(content, seal_key(), at=JUDGED_AT, fingerprint=assembled.fingerprint, address=address)


def of_the_questions(edition: str) -> bytes:
    return blank_form.pdf(Questionnaire.of(get_edition(edition)))


SAMPLES: dict[str, Callable[[], bytes]] = {
    **{name: partial(example, name) for name in demonstration.EXAMPLES},
    "quarante-pages": of_forty_pages,
    "deux-cents-lignes": of_two_hundred_rows,
    "dix-pieces": with_ten_pieces,
    "torture": of_torture_texts,
    "vide": of_nothing,
    "scelle": sealed_second_version,
    "collectif": of_a_group,
    "adherente": of_a_member,
    "accuse": partial(of_a_filed_version, acknowledgement.pdf),
    "fiche": partial(of_a_filed_version, review_sheet.pdf),
    "rapport": partial(of_a_filed_version, eligibility_report.pdf),
    "preparatoire": of_a_draft,
    "formulaire": partial(of_the_questions, "ademe_2022"),
    "formulaire-repris": partial(of_the_questions, "fonds_vert_2026"),
}
