"""Languages that no training of the motion heard, full of lips' consonants: said by eSpeak, Russian
also by a recorded voice of Festival."""

from __future__ import annotations

import functools
import unicodedata

from benchmarks.lips.voices import Spoken, festival
from training.articulation.voices import Espeak

WORDS_A_MINUTE, PITCH = 160, 50
RUSSIAN = [
    "Мама мыла раму, а папа пил пиво.", "Бабушка купила белый хлеб и пять яблок.",
    "Фома вывел волов на поле до обеда.", "В июле мы плавали под мостом.",
    "Мой брат поймал большую рыбу.", "Он подумал о доме и вышел.",
]  # fmt: skip
ESPEAK = {
    "Russian": ("ru", RUSSIAN),
    "Ukrainian": ("uk", [
        "Мама купила велике біле яблуко.", "Баба пече смачний пиріг із вишнями.",
        "Павло бачив у полі маленьку вовчу тінь.", "Ми будемо пити каву після обіду.",
        "Моя подруга живе біля мосту.", "Фабрика випускає добрі меблі.",
    ]),
    "Greek": ("el", [
        "Η μαμά μου φέρνει πάντα ψωμί και φαγητό.", "Ο μπαμπάς πίνει μπίρα με τον φίλο του.",
        "Μια μεγάλη βάρκα πέρασε από το λιμάνι.", "Το βουνό φαίνεται πάνω από την πόλη.",
        "Ποιος πήρε το παλιό μου βιβλίο;", "Βλέπω ένα μικρό πουλί πάνω στη βάρκα.",
    ]),
    "Hindi": ("hi", [
        "मेरी माँ बाज़ार से फल और पानी लाती है।", "पापा का बड़ा भाई मुंबई में काम करता है।",
        "बाबा ने आम का पेड़ बाग में लगाया।", "वह बच्चा पानी में नाव चलाता है।",
        "मुझे मीठा आम बहुत पसंद है।", "फूलों का बाग बहुत बड़ा है।",
    ]),
    "Japanese": ("ja", [
        "ままはぱんをたべて、ぼくはみずをのむ。", "あめがふるまえに、ばすにのりました。",
        "ぼくのばんごはんは、まめとぱんです。", "まちのまんなかに、ぽすとがあります。",
        "びんぼうなむすめが、ふえをふく。", "なまえをかみにかいてください。",
    ]),
    "Catalan": ("ca", [
        "La mare prepara pa amb oli per al bebè.", "El pare mou la barca vella cap al moll.",
        "Una poma verma cau sobre la taula.", "El meu fill viu al mig del bosc.",
        "Volem veure la platja abans de marxar.", "Bufa un vent fort i fa fred.",
    ]),
    "Danish": ("da", [
        "Min mor bager brød og pandekager.", "Far køber blå blomster på pladsen.",
        "Vi venter på bussen ved mit hus.", "Peter bor ved vandet med fem børn.",
        "Hun maler et billede af en båd.", "Kom med op på det flade bjerg.",
    ]),
    "Vietnamese": ("vi", [
        "Bà mẹ mua ba quả bưởi và vải.", "Bố bảo em bé mang bánh về.",
        "Mùa mưa mát mẻ bắt đầu.", "Bạn tôi vẽ một bông hoa màu vàng.",
        "Phở bò và bánh mì bán ở phố.", "Một con mèo bắt chim bồ câu.",
    ]),
    "Croatian": ("hr", [
        "Mama pije kavu i čita novine.", "Moj brat vozi plavi auto preko mosta.",
        "Baba peče pitu od jabuka.", "Volim more, vjetar i bijele barove.",
        "Pada kiša, ali mi idemo van.", "Fini mali pas spava pod klupom.",
    ]),
    "Basque": ("eu", [
        "Amak ogia eta babak prestatu ditu.", "Nire anaiak afaria egin du bart.",
        "Mutil bat mendian bizi da.", "Ibaia ubel eta apala dago.",
        "Etxe berria parkearen ondoan dago.", "Faborez, emaidazu papera.",
    ]),
}  # fmt: skip


@functools.cache
def _engine() -> Espeak:
    return Espeak()


def espeak(language: str) -> list[Spoken]:
    """The sentences of one of ESPEAK.

    Raises:
        OSError: libespeak-ng is not installed.
    """
    voice, texts = ESPEAK[language]
    said = [_engine().say(voice, text, WORDS_A_MINUTE, PITCH) for text in texts]
    return [Spoken(s.sound, [(_plain(n), a, b) for n, a, b in s.phones]) for s in said]


def _plain(phone: str) -> str:
    """The letter before its marks."""
    return unicodedata.normalize("NFD", phone)


def recorded_russian() -> list[Spoken]:
    """Festival's voice msu_ru_nsh, joined from a person's recordings (Debian: festvox-ru)."""
    said = [festival("msu_ru_nsh_clunits", text) for text in RUSSIAN]
    return [Spoken(s.sound, [(_russian(n), a, b) for n, a, b in s.phones]) for s in said]


def _russian(phone: str) -> str:
    """Its vowels y and ay are no rounded and no open ones."""
    return {"y": "ɨ", "yy": "ɨ", "ay": "ə", "ae": "ə"}.get(phone, phone)
