"""Who may do what in an organisation: what each role allows, and the sentence that refuses.

One table, read by the queries, the use cases and the page that explains roles; `tests/web/test_access_table.py` asks it
cell by cell, on real requests.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from grantapp.domain.people import Role


class Act(StrEnum):
    """What a person may want of an organisation, or of one of its dossiers."""

    READ = "read"  # a draft with its answers, and all that was filed
    READ_FILED = "read_filed"  # what was filed, and nothing else
    FILL = "fill"  # answer, attach, prepare another version
    FILE = "file"  # engage the organisation: file, renounce, give a mandate, agree to a collective dossier
    GOVERN = "govern"  # say who is who in the organisation
    GATHER = "gather"  # the cooperative's members, their invitations, its collective dossiers


ALLOWED: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.DIRECTOR: frozenset(Act),
        Role.MANAGER: frozenset(Act) - {Act.GATHER},
        Role.CONTRIBUTOR: frozenset({Act.READ, Act.READ_FILED, Act.FILL}),
        Role.REVIEWER: frozenset({Act.READ_FILED}),
        Role.ADMINISTRATOR: frozenset({Act.GOVERN}),
    }
)

DOES: Mapping[Act, str] = MappingProxyType(
    {
        Act.READ: "lire les brouillons et les dossiers déposés",
        Act.READ_FILED: "lire les dossiers déposés",
        Act.FILL: "répondre et joindre des pièces",
        Act.FILE: "déposer au nom de l'organisation",
        Act.GOVERN: "dire qui y fait quoi",
        Act.GATHER: "suivre les entreprises adhérentes et leurs dossiers collectifs",
    }
)

REFUSALS: Mapping[Act, str] = MappingProxyType(
    {
        Act.READ: "Votre rôle dans cette organisation n'ouvre pas ses brouillons.",
        Act.READ_FILED: "Votre rôle dans cette organisation n'ouvre pas ses dossiers.",
        Act.FILL: "Votre rôle dans cette organisation permet de lire, pas de répondre. Demandez à sa direction.",
        Act.FILE: (
            "Seule une personne habilitée à engager l'organisation peut le faire : sa direction ou sa gérance. "
            "Rien n'est perdu : prévenez-la, tout est prêt pour elle."
        ),
        Act.GOVERN: "Seules la direction, la gérance et l'administration de l'organisation disent qui y fait quoi.",
        Act.GATHER: "Seule la direction de la coopérative suit ses entreprises adhérentes.",
    }
)


def allowed(roles: Iterable[Role]) -> frozenset[Act]:
    """All that these roles allow together: a person may hold several."""
    return frozenset(act for role in roles for act in ALLOWED[role])


def powers(roles: Iterable[Role]) -> tuple[str, ...]:
    """What these roles allow, in words; « lire les dossiers déposés » goes without saying for who reads drafts."""
    acts = allowed(roles)
    return tuple(
        words for act, words in DOES.items() if act in acts and (act is not Act.READ_FILED or Act.READ not in acts)
    )


def roles_for(act: Act) -> tuple[Role, ...]:
    """The roles that allow an act."""
    return tuple(role for role, acts in ALLOWED.items() if act in acts)


def grantable(own: Iterable[Role], *, to_oneself: bool = False) -> tuple[Role, ...]:
    """The roles that somebody may give to, or take from, another person of the organisation; or give to oneself.

    Nobody gives more than they hold, except that whoever says who is who may let others answer or read. So no
    administration gives itself the right to read, and no gérance makes a director: it becomes one first, knowingly.
    """
    acts = allowed(own)
    if Act.GOVERN not in acts:
        return ()
    return tuple(
        role for role, gains in ALLOWED.items() if gains <= acts or not (to_oneself or gains & {Act.FILE, Act.GATHER})
    )
