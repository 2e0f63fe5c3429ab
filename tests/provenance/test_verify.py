"""`vasari verify` on what Vasari made, what was done to it since, and what it did not make."""

from __future__ import annotations

import json
import shutil
from itertools import chain, repeat
from pathlib import Path

import av
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image

import vasari as package
from tests.conftest import Vasari, voice_like, write_wav
from tests.faces import made_face
from vasari import Marks, Motion
from vasari.jobs.verify import Verified, verify
from vasari.media.watch import read_video
from vasari.provenance import manifest as manifests
from vasari.provenance.identity import _certificate, _name, new_identity, own_identity
from vasari.provenance.manifest import Ingredient, read_manifest, sign


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, face_file: Path) -> Path:
    """A folder with a.mp4, as `say` makes it."""
    folder = tmp_path_factory.mktemp("made")
    sound = write_wav(folder / "voice.wav", voice_like(2.0))
    package.say(face_file, sound, folder / "a.mp4", marks=Marks(consent=True))
    return folder


def said(found: Verified) -> str:
    return " ".join(found.sentences)


def test_what_say_made(made: Path) -> None:
    found = verify(made / "a.mp4")
    assert found.code == 0
    assert found.by == ("manifest", "mark")
    assert "both say so" in found.sentences[0]
    assert "this installation" in said(found)
    assert "I am this person or have their permission" in said(found)
    assert found.manifest is not None
    assert found.manifest.generator == f"Vasari {package.__version__}"


def test_c2pa_itself_finds_it_in_order(made: Path) -> None:
    """What other programs see: the standard's actions, source type, ingredients, soft binding."""
    import c2pa

    with c2pa.Reader(str(made / "a.mp4"), context=manifests._context()) as reader:
        assert reader.get_validation_state() == "Trusted"
        active = reader.get_active_manifest()
    assertions = {a["label"]: a["data"] for a in active["assertions"]}
    created, watermarked = assertions["c2pa.actions.v2"]["actions"]
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert len(created["parameters"]["ingredients"]) == 2
    assert watermarked["action"] == "c2pa.watermarked"
    (block,) = assertions["c2pa.soft-binding"]["blocks"]
    found = verify(made / "a.mp4")
    assert found.mark is not None
    assert block["value"] == found.as_json()["mark"]["making"]
    assert [i["title"] for i in active["ingredients"]] == ["portrait", "sound"]
    assert "a.face" not in json.dumps(active)
    assert "voice.wav" not in json.dumps(active)


@pytest.mark.parametrize("name", ["a.mov", "a.webm", "a/"])
def test_other_kinds(made: Path, tmp_path: Path, face_file: Path, name: str) -> None:
    out = f"{tmp_path}/{name}"
    package.say(face_file, made / "voice.wav", out, still=True)
    found = verify(out)
    assert found.code == 0
    assert "mark" in found.by
    assert (found.manifest is not None) == name.endswith(".mov")
    if name == "a.webm":
        assert "no place for one in .webm files" in said(found)


def test_what_drive_made(tmp_path: Path) -> None:
    Motion(*(np.zeros((40, n), np.float32) for n in (3, 3, 2, 68))).save(tmp_path / "m.motion")
    made_face().save(tmp_path / "a.face")
    package.drive(tmp_path / "a.face", tmp_path / "m.motion", tmp_path / "a.mp4")
    assert verify(tmp_path / "a.mp4").by == ("manifest", "mark")


NAMES = (b"ftyp", b"moov", b"mdat", b"c2pa", b"c2pa.claim", b"cpad")


def places(path: Path) -> list[int]:
    """Bytes of a signed MP4 to be changed one at a time: of each part, and those that C2PA leaves
    out (names of boxes, padding, the kind of file, what comes last)."""
    content = path.read_bytes()
    starts = [content.index(name) for name in NAMES]
    spread = np.linspace(0, len(content) - 1, 24).astype(int).tolist()
    return [start + step for start in starts for step in (0, 5, 9, 60)] + spread


def test_one_changed_byte_is_enough(made: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(made / "a.mp4", tmp_path))
    content = bytearray(copy.read_bytes())
    for place in places(copy):
        content[place] ^= 0x10
        copy.write_bytes(content)
        content[place] ^= 0x10
        manifest = read_manifest(copy)
        assert manifest is not None, place
        assert manifest.state == "tampered", place


def test_a_changed_file_is_said_and_the_mark_still_told(
    vasari: Vasari, made: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(made / "a.mp4", tmp_path))
    content = bytearray(copy.read_bytes())
    content[content.index(b"animated by Vasari")] ^= 1
    copy.write_bytes(content)
    ended = vasari("verify", copy)
    assert ended.code == 4
    assert ended.out.startswith("Tampered with:")
    assert "still says that Vasari made it" in ended.out
    assert "vouches" not in ended.out
    as_json = json.loads(vasari("verify", copy, "--json").out)
    assert (as_json["code"], as_json["by"]) == (4, ["mark"])


def test_a_cut_file(made: Path, tmp_path: Path) -> None:
    content = (made / "a.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(content[: len(content) // 2])
    assert verify(tmp_path / "cut.mp4").code == 4


def remuxed(path: Path, to: Path) -> Path:
    """The same pictures in another file, as converters write it."""
    with av.open(str(path)) as old, av.open(str(to), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(old.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return to


@pytest.mark.parametrize("name", ["b.mp4", "b.mkv"])
def test_stripped(vasari: Vasari, made: Path, tmp_path: Path, name: str) -> None:
    ended = vasari("verify", remuxed(made / "a.mp4", tmp_path / name))
    assert ended.code == 0
    assert ended.out.startswith("Made by Vasari: the mark in its pixels says so.")
    assert "no signed manifest" in ended.out


def recoded(path: Path, to: Path, *, side: int | None = None, crf: int = 23) -> Path:
    with av.open(str(to), "w") as movie:
        stream = None
        for picture in read_video(path):
            frame = av.VideoFrame.from_ndarray(picture)
            if stream is None:
                stream = movie.add_stream("libx264", 25, options={"crf": str(crf)})
                stream.width = stream.height = side or picture.shape[0]
            movie.mux(stream.encode(frame))
        assert stream is not None
        movie.mux(stream.encode(None))
    return to


def test_coded_again(made: Path, tmp_path: Path) -> None:
    found = verify(recoded(made / "a.mp4", tmp_path / "b.mp4"))
    assert (found.code, found.by) == (0, ("mark",))
    assert found.manifest is None


def test_it_is_found_behind_other_pictures(made: Path, tmp_path: Path) -> None:
    """A film in which Vasari's work comes after ten seconds of something else."""
    rng, out = np.random.default_rng(0), tmp_path / "film.mp4"
    other = np.kron(rng.integers(60, 200, (32, 32, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    with av.open(str(out), "w") as movie:
        stream = movie.add_stream("libx264", 25, options={"crf": "20"})
        stream.width = stream.height = 512
        for picture in chain(repeat(other, 260), read_video(made / "a.mp4")):
            movie.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        movie.mux(stream.encode(None))
    assert verify(out).by == ("mark",)


def test_one_picture_of_it(made: Path, tmp_path: Path) -> None:
    Image.fromarray(next(iter(read_video(made / "a.mp4")))).save(tmp_path / "a.png")
    assert verify(tmp_path / "a.png").by == ("mark",)


def test_a_mark_without_a_mark(vasari: Vasari, made: Path, face_file: Path, tmp_path: Path) -> None:
    """`--no-mark` is said, and written down."""
    out = tmp_path / "a.mp4"
    ended = vasari("say", face_file, made / "voice.wav", "-o", out, "--size", "256", "--no-mark")
    assert ended.code == 0
    assert len([line for line in ended.err.splitlines() if "--no-mark" in line]) == 1
    found = verify(out)
    assert (found.code, found.by) == (0, ("manifest",))
    assert "not marked (--no-mark)" in said(found)
    with av.open(str(out)) as movie:
        assert "not marked (--no-mark)" in movie.metadata["comment"]
    assert verify(remuxed(out, tmp_path / "b.mkv")).code == 3


def test_pictures_of_another_making(made: Path, tmp_path: Path) -> None:
    """A manifest that fits its file, whose pixels carry another number."""
    plain = remuxed(made / "a.mp4", tmp_path / "b.mp4")
    sign(plain, tmp_path / "c.mp4", ".mp4", own_identity(), "0", (), {"mark": "00000001"})
    found = verify(tmp_path / "c.mp4")
    assert found.code == 0
    assert "come from another making" in said(found)


def test_another_machine_is_unknown_and_not_tampered(
    vasari: Vasari, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VASARI_CONFIG", str(tmp_path / "other"))
    ended = vasari("verify", made / "a.mp4")
    assert ended.code == 0
    assert "vouches for that name" in " ".join(ended.out.split())
    assert "Tampered" not in ended.out


def test_a_foreign_file(vasari: Vasari, portrait: Path) -> None:
    ended = vasari("verify", portrait)
    assert ended.code == 3
    assert ended.out.startswith("Nothing was found")
    assert "does not make it genuine" in ended.out


def test_a_foreign_manifest(
    portrait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = tmp_path / "b.png"
    with monkeypatch.context() as patch:
        patch.setattr(
            manifests, "_definition",
            lambda *_: {"claim_generator_info": [{"name": "Camera", "version": "7"}]},
        )  # fmt: skip
        sign(portrait, signed, ".png", own_identity(), "0", (), {})
    found = verify(signed)
    assert found.code == 3
    assert "Camera 7 is intact" in said(found)
    # and it is kept, where such a portrait speaks
    sign(
        portrait,
        tmp_path / "c.png",
        ".png",
        own_identity(),
        "0",
        (Ingredient("portrait", signed),),
        {},
    )
    import c2pa

    with c2pa.Reader(str(tmp_path / "c.png")) as reader:
        assert len(json.loads(reader.json())["manifests"]) == 2


@pytest.mark.parametrize("kind", [".png", ".jpg"])
def test_stills(portrait: Path, tmp_path: Path, kind: str) -> None:
    plain, signed = tmp_path / f"a{kind}", tmp_path / f"b{kind}"
    Image.open(portrait).convert("RGB").resize((128, 128)).save(plain)
    sign(
        plain,
        signed,
        kind,
        own_identity(),
        "1",
        (Ingredient("portrait", portrait),),
        {"mark": None},
    )
    assert verify(signed).by == ("manifest",)
    content = bytearray(signed.read_bytes())
    step = len(content) // 40
    for place in [
        *range(0, len(content), step),
        content.index(b"c2pa.sig"),
        content.index(b"cpad") + 9,
    ]:
        if kind == ".jpg" and place > content.index(b"c2pa.sig") - 1:
            continue  # JPEG has no sums of its own: padding may change unseen
        content[place] ^= 4
        signed.write_bytes(content)
        content[place] ^= 4
        manifest = read_manifest(signed)
        assert manifest is not None, place
        assert manifest.state == "tampered", place


def test_what_is_no_picture(vasari: Vasari, voice: Path, tmp_path: Path) -> None:
    for path in (voice, tmp_path, tmp_path / "missing.mp4"):
        ended = vasari("verify", path)
        assert ended.code == 1
        assert not ended.out
        assert ended.err.strip().endswith(".")


def pems(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate and its key, as a user brings them."""
    content = new_identity()
    cut = content.index(b"-----BEGIN PRIVATE")
    for name, part in (("cert.pem", content[:cut]), ("key.pem", content[cut:])):
        (tmp_path / name).write_bytes(part)
    return tmp_path / "cert.pem", tmp_path / "key.pem"


def test_a_certificate_of_ones_own(
    vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path
) -> None:
    cert, key = pems(tmp_path)
    words = ("say", face_file, voice, "-o", tmp_path / "a.mp4", "--size", "256")
    ended = vasari(*words, "--c2pa-cert", cert, "--c2pa-key", key)
    assert ended.code == 0, ended.err
    manifest = verify(tmp_path / "a.mp4").manifest
    assert manifest is not None
    assert (manifest.state, manifest.trust) == ("intact", "unknown")
    for wrong in (("--c2pa-cert", cert), ("--c2pa-cert", cert, "--c2pa-key", voice)):
        ended = vasari("say", face_file, voice, "-o", tmp_path / "b.mp4", *wrong)
        assert ended.code == 1
        assert not (tmp_path / "b.mp4").exists()


def test_a_time_stamp_server_that_is_away(face_file: Path, voice: Path, tmp_path: Path) -> None:
    """It is said, and the file is signed all the same."""
    told: list[str] = []
    package.say(
        face_file, voice, tmp_path / "a.mp4", size=256, tell=told.append,
        marks=Marks(stamps="http://127.0.0.1:9/"),
    )  # fmt: skip
    assert len(told) == 1
    assert "could not be time-stamped" in told[0]
    assert verify(tmp_path / "a.mp4").by == ("manifest", "mark")


def test_a_file_that_cannot_be_signed_is_not_lost(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import c2pa

    def fails(*_: object) -> None:
        raise c2pa.C2paError("the moon is full")

    monkeypatch.setattr("vasari.provenance.making.sign", fails)
    told: list[str] = []
    package.say(made_face(), made / "voice.wav", tmp_path / "a.mp4", size=256, tell=told.append)
    assert told == ["The file could not be signed (the moon is full)."]
    assert verify(tmp_path / "a.mp4").by == ("mark",)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_certificate_that_will_not_do_is_refused_before_any_work(
    vasari: Vasari, face_file: Path, voice: Path, tmp_path: Path
) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    secret, name = ec.generate_private_key(ec.SECP256R1()), _name("Ada", "Ada")
    alone = _certificate(name, name, secret, secret, is_authority=True)
    cert.write_bytes(alone.public_bytes(Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    before = sorted(tmp_path.iterdir())
    ended = vasari("say", face_file, voice, "-o", tmp_path / "a.mp4", "--c2pa-cert", cert,
                   "--c2pa-key", key)  # fmt: skip
    assert ended.code == 1
    assert "refuses this certificate" in ended.err
    assert sorted(tmp_path.iterdir()) == before
