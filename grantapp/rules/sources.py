"""Every text that a rule may cite, named once by its number in the project's survey of sources, with its address.

The survey read public pages, not the specifications of each call: the text of a source says which edition its page
describes, and `at(…, unverified="…")` marks a clause that was not verified for the edition that cites it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grantapp.domain.eligibility import Citation
from grantapp.french import typeset


@dataclass(frozen=True)
class Source:
    """A text and its address."""

    text: str
    url: str

    def at(self, place: str, *, unverified: str = "") -> Citation:
        """One place in the text. `unverified` says, in French, why it is not certain for the edition that cites it."""
        return Citation(
            text=typeset(self.text),
            at=typeset(place),
            url=self.url,
            verified=not unverified,
            note=typeset(unverified),
        )


def read(path: Path) -> Mapping[str, Source]:
    """The texts that one edition alone cites, named in its own folder: `[CDC]`, then `text` and `url`."""
    return {name: Source(**given) for name, given in tomllib.loads(path.read_text(encoding="utf-8")).items()}


# ── the call, its earlier editions, its successors ───────────────────────────────────────────────────────────────

S1 = Source(
    "Les-aides.fr, fiche de l'appel de l'ADEME, édition 2022 (17 février 2022)",
    "https://les-aides.fr/aide/YXh_3w/ademe/"
    "reconversion-des-friches-industrielles-etudes-et-techniques-de-depollution.html",
)
S2 = Source(
    "Idfriches Auvergne-Rhône-Alpes, « Friches polluées : l'ADEME lance son nouvel appel à projets » (2019)",
    "https://idfriches-auvergnerhonealpes.fr/actualite/friches-polluees-lademe-lance-son-nouvel-appel-projets",
)
S3 = Source(
    "Actu-environnement, l'appel de l'ADEME pour les friches industrielles polluées, édition 2019-2020",
    "https://actu-environnement.com/ae/news/ademe-friche-industrielle-polluee-34396.php4",
)
S4 = Source(
    "Aides-financements.fr, fiche de l'appel de l'ADEME, édition de 2021", "https://aides-financements.fr/?p=1493"
)
S5 = Source(
    "Imafriches.fr, les deux premières éditions de l'appel (28 juillet 2021)",
    "https://imafriches.fr/2021/07/28/fonds-recyclage-foncier/",
)
S6 = Source(
    "EPF de Nouvelle-Aquitaine, présentation de l'appel de l'ADEME, édition 2020-2021 (29 janvier 2021)",
    "https://epfna.fr/2021/01/29/appel-a-projets-de-lademe-sites-pollues/",
)
S7 = Source(
    "DREAL Nouvelle-Aquitaine, présentation de l'appel de l'ADEME, édition 2020-2021",
    "https://nouvelle-aquitaine.developpement-durable.gouv.fr/appel-a-projet-travaux-de-depollution-pour-la-r4781.html",
)
S8 = Source(
    "Envirobat Occitanie, annonce de l'appel de l'ADEME, édition de 2021",
    "https://envirobat-oc.fr/AAP-Travaux-de-depollution-pour-la-reconversion-de-friches",
)
S9 = Source(
    "Le Moniteur, article 2115029 sur le lancement du fonds friches (2020)",
    "https://infopro-le-moniteur-staging.web.arc-cdn.net/article/relance-top-depart-pour-le-fonds-friche.2115029",
)
S10 = Source(
    "Le Moniteur, article 2117734 sur le fonds friches (2021)",
    "https://testing.lemoniteur.fr/article/un-turbo-dans-le-moteur-de-la-reconversion.2117734",
)
S11 = Source(
    "UrbanVitaliz, fiche « ADEME Occitanie », appel 2020-2021 et aides aux études",
    "https://github.com/betagouv/urbanvitaliz/blob/73578da/ressources/ademe-occitanie.md",
)
S12 = Source(
    "UrbanVitaliz, guide du fonds friches « recyclage foncier », première session (2021)",
    "https://github.com/betagouv/urbanvitaliz/blob/73578da/ressources/aap-recyclage-des-friches-plan-de-relance.md",
)
S13 = Source(
    "Matignon, communiqué du 8 janvier 2022 sur le fonds friches, lauréats de l'appel de l'ADEME de 2021",
    "https://github.com/cnigfr/schema-friches/tree/5035699/documentation",
)
S14 = Source(
    "Banque des territoires, lancement de la troisième édition du fonds friches (février 2022)",
    "https://banquedesterritoires.fr/la-troisieme-edition-de-lappel-projets-fonds-friches-est-lancee",
)
S15 = Source(
    "Banque des territoires, lancement du premier appel à projets du fonds friches (2020)",
    "https://banquedesterritoires.fr/plan-de-relance-lancement-du-premier-appel-projets-dans-le-cadre-du-fonds-friches",
)
S16 = Source(
    "Batirama, lancement du premier appel à projets pour les friches industrielles (2020)",
    "https://batirama.com/article/"
    "36068-valorisation-des-friches-industrielles-lancement-du-premier-appel-a-projets.html",
)
S21 = Source(
    "Maires de France, article 598 sur le fonds friches et le rôle des préfets de région (2020-2021)",
    "https://mairesdefrance.com/m/article/?id=598",
)
S22 = Source(
    "Affiches parisiennes, lancement de l'appel « recyclage foncier », première session",
    "https://affiches-parisiennes.com/lancement-de-l-appel-a-projets-pour-le-recyclage-foncier-des-friches-11575.html",
)
S24 = Source(
    "Cheuvreux, « Friches industrielles et loi climat » : la friche au sens du fonds",
    "https://cheuvreux.fr/actualites/friches-industrielles-et-loi-climat-un-enjeu-majeur/",
)
S25 = Source(
    "DREAL Auvergne-Rhône-Alpes, questions et réponses sur la deuxième session (9 septembre 2021)",
    "https://123dok.net/document/q2nvl3d2",
)
S26 = Source(
    "Cadrage national du fonds friches, deuxième session (2021) : seul le début a pu être lu",
    "https://fr.readkong.com/page/cadrage-national-des-modalites-d-attribution-du-fonds-7779877",
)
S27 = Source(
    "Appel à projets « recyclage foncier des friches » en Normandie (2022)",
    "https://fr.readkong.com/page/appel-a-projets-recyclage-foncier-des-friches-en-normandie-4839002",
)
S28 = Source(
    "DREAL Provence-Alpes-Côte d'Azur, lauréats de la première session « recyclage foncier » (2021)",
    "https://paca.developpement-durable.gouv.fr/14-premiers-projets-de-recyclage-foncier-finances-a13434.html",
)
S29 = Source(
    "DREAL Provence-Alpes-Côte d'Azur, lauréats de la deuxième session « recyclage foncier » (2021)",
    "https://paca.developpement-durable.gouv.fr/26-projets-designes-laureats-de-la-2eme-edition-du-a13893.html",
)
S31 = Source(
    "France Relance Provence-Alpes-Côte d'Azur, fiche du fonds « recyclage foncier », deuxième session (2021)",
    "https://france-relance-paca.aides-territoires.beta.gouv.fr/7860-appel-a-projet-deploiement-du-fonds-consacre-/",
)
S32 = Source(
    "Sénat, séance du 13 janvier 2021, réponse de la ministre sur le fonds friches",
    "https://senat.fr/seances/s202101/s20210113/s20210113005.html",
)
S33 = Source(
    "Info Chalon, la première session « recyclage foncier » en Bourgogne-Franche-Comté (26 janvier 2021)",
    "https://info-chalon.com/articles/2021/01/26/47947/",
)
S34 = Source(
    "Ma Commune, deuxième appel à projets du fonds friches en Bourgogne-Franche-Comté (2021)",
    "https://macommune.info/fonds-friches-deuxieme-appel-a-projets-en-bourgogne-franche-comte",
)
S35 = Source(
    "DEAL Guyane, appel à projets régional du fonds friches, troisième session (15 février 2022)",
    "https://guyane.developpement-durable.gouv.fr/france-relance-appel-a-projets-regional-fonds-a3981.html",
)
S36 = Source(
    "FMPC, fiche « Recycler le foncier, friches » du Fonds vert (non datée)",
    "https://fmpc.fr/subventions/recycler-le-foncier-friches/2136/14",
)
S37 = Source(
    "ADEME, « Fonds vert : recyclage foncier, friches polluées » (2023)",
    "https://agirpourlatransition.ademe.fr/entreprises/aides-financieres/20230206/"
    "fonds-vert-recyclage-foncier-friches-polluees",
)
S38 = Source("UrbanVitaliz, ressource 605 : financer la dépollution en 2025", "https://urbanvitaliz.fr/ressource/605")
S39 = Source(
    "Fonds-publics.fr, « Dépollution d'une friche, Fonds vert » (fiche non datée)",
    "https://fonds-publics.fr/aides/depollution-friche-fonds-vert",
)
S40 = Source(
    "DRIEAT Île-de-France, questions et réponses sur le recyclage foncier du Fonds vert (2025)",
    "https://drieat.ile-de-france.developpement-durable.gouv.fr/"
    "faq-2024-mesure-recyclage-foncier-des-friches-du-a12924.html",
)
S41 = Source(
    "DRIEAT Île-de-France, recyclage foncier des friches, Fonds vert 2024",
    "https://drieat.ile-de-france.developpement-durable.gouv.fr/fonds-friches-2024-a12910.html",
)
S42 = Source(
    "Mon espace collectivité, ressource 354 sur le recyclage foncier du Fonds vert (2025)",
    "https://monespacecollectivite.incubateur.anct.gouv.fr/ressource/354",
)
S42_2024 = Source(
    "Écoquartiers, ressource 354 sur le recyclage foncier du Fonds vert (2024)",
    "https://ecoquartiers.recoconseil.fr/ressource/354",
)
S43 = Source(
    "Préfecture de Bretagne, communiqué sur la mesure « recyclage foncier » du Fonds vert (2025)",
    "https://windpress.info/en/press-release/604292/fonds-vert-mesure",
)
S44 = Source(
    "DREAL Provence-Alpes-Côte d'Azur, Fonds vert 2025, mesure « recyclage foncier »",
    "https://dre.paca.developpement-durable.gouv.fr/fonds-vert-2025-mesure-recyclage-foncier-en-a16260.html",
)
S45 = Source(
    "Instruction du 28 février 2025 sur le Fonds vert (ATDB2506163J)",
    "https://github.com/HabibTriki/dataExtraction/blob/0fc571b/circ_example_output.md",
)
S46 = Source(
    "Mission Transition écologique, fiche « Étude et travaux de dépollution d'une friche », et ses versions",
    "https://github.com/betagouv/mission-transition-ecologique/blob/36cd8c9d6/"
    "libs/data/programs/etude-friches-polluees.yaml",
)
S47 = Source(
    "DREAL Grand Est, lancement de la mesure « recyclage foncier » du Fonds vert (2023)",
    "https://grand-est.developpement-durable.gouv.fr/lancement-de-la-mesure-recyclage-foncier-du-fonds-a21606.html",
)
S48 = Source(
    "Fédération des coopératives HLM, fiche sur le recyclage foncier du Fonds vert (non datée)",
    "https://hlm.coop/ressources-adherents/31/13272",
)
S49 = Source(
    "Zepros Territorial, « Fonds vert, mode d'emploi » : circulaires de 2022 et de 2023",
    "https://territorial.zepros.fr/actualites/fonds-vert-mode-emploi",
)

S72 = Source(
    "Ekopolis, annonce de l'appel de l'ADEME, édition 2019-2020",
    "https://ekopolis.fr/appel-a-projet/appel-projets-travaux-de-depollution-pour-la-reconversion-de-friches-polluees",
)
S73 = Source(
    "Déchets.com (archives), dix projets choisis par l'ADEME pour dépolluer des friches (2017)",
    "https://rr.network.fitamant.bzh/archives-dechets-com/depollution-et-reconversion-10-projets-selectionnes",
)

# ── law and general rules ────────────────────────────────────────────────────────────────────────────────────────

S51 = Source(
    "Actu-environnement, la définition d'une friche au code de l'urbanisme, articles L. 111-26 et D. 111-54",
    "https://actu-environnement.com/ae/news/friche-definition-code-urbanisme-43199.php4",
)
S55 = Source(
    "ADEME, système d'aides à la réalisation, délibération 14-3-4 modifiée (décembre 2021)",
    "https://123dok.net/document/zgwkprn6-systeme-d-aides-a-la-realisation.html",
)
S68 = Source(
    "Règlement (UE) 2023/1315, qui réécrit l'article 45 du règlement 651/2014 (depuis le 1er juillet 2023)",
    "https://data.europa.eu/eli/reg/2023/1315/oj",
)
S74 = Source(
    "UrbanVitaliz, fiche « Pollueur-payeur »",
    "https://github.com/betagouv/urbanvitaliz/blob/73578da/_ressources/pollueur-payeur.md",
)
RGEC = Source(
    "Règlement (UE) n° 651/2014, règlement général d'exemption par catégorie, version en vigueur en 2022",
    "https://eur-lex.europa.eu/eli/reg/2014/651/oj",
)
DECRET_2018 = Source(
    "Décret n° 2018-514 du 25 juin 2018 sur les subventions de l'État pour des projets d'investissement",
    "https://www.legifrance.gouv.fr/loda/id/JORFTEXT000037106457",
)
ARRETE_2018 = Source(
    "Arrêté du 21 août 2018, contenu d'une demande de subvention de l'État",
    "https://www.legifrance.gouv.fr/loda/id/JORFTEXT000037335774",
)
ARRETE_2019 = Source(
    "Arrêté du 2 août 2019, pièces d'une demande de subvention de l'État",
    "https://www.legifrance.gouv.fr/loda/id/JORFTEXT000038930025",
)

# ── where to look for a site ─────────────────────────────────────────────────────────────────────────────────────

GEORISQUES = Source(
    "Géorisques, sites et sols pollués, dont l'inventaire CASIAS", "https://www.georisques.gouv.fr/api/v1"
)
S57 = Source("Cartofriches (Cerema), inventaire des friches", "https://github.com/CEREMA/cartofriches/tree/3e414b4")

# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────

S57 = Source(
    "Cartofriches (Cerema), données des trois sessions du fonds friches",
    "https://github.com/CEREMA/cartofriches/tree/3e414b4/shinyapp",
)
S58 = Source(
    "Bénéfriches (ADEME), hypothèses de coût", "https://github.com/incubateur-ademe/benefriches/tree/ff6017070"
)
S59 = Source(
    "CDurable, « 100 000 hectares de friches à recycler », chiffres de l'ADEME",
    "https://cdurable.info/100-000-hectares-de-friches-a-recycler-en-france-deja-artificialisees-mais-inutilisees",
)

# ── texts that a question or a sentence names in its own words ───────────────────────────────────────────────────

NAMED = {
    "décret n° 2018-514, article 10": DECRET_2018,
    "arrêté du 21 août 2018": ARRETE_2018,
    "arrêté du 2 août 2019": ARRETE_2019,
    "code de l'urbanisme, article L. 111-26": S51,
    "code de l'urbanisme, article L. 300-1": S12,
}
"""The only texts of law that a question may name: here is where each was read."""
