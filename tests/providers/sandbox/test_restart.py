import hashlib
import sqlite3

import openai

from tests.providers.conftest import RunningSandbox


def clip_digest(client, video_id):
    return hashlib.sha256(client.videos.download_content(video_id).read()).hexdigest()


def test_jobs_survive_a_restart_and_a_lost_clip_is_shot_again(tmp_path):
    before = RunningSandbox(tmp_path)
    with openai.OpenAI(base_url=before.base_url, api_key="k") as client:
        done = client.videos.create_and_poll(prompt="A house in the snow", model="sandbox-1", size="64x36", seconds="1")
        digest = clip_digest(client, done.id)
        waiting = client.videos.create(prompt="A boat", model="sandbox-1", size="64x36", seconds="1")
    before.stop()
    for clip in (tmp_path / "clips").iterdir():
        clip.unlink()
    with sqlite3.connect(tmp_path / "sandbox.sqlite3") as db:
        db.execute("UPDATE job SET completed_at = NULL WHERE id = ?", (waiting.id,))
    db.close()
    after = RunningSandbox(tmp_path)
    with openai.OpenAI(base_url=after.base_url, api_key="k") as client:
        assert client.videos.retrieve(done.id).status == "completed"
        assert clip_digest(client, done.id) == digest
        assert client.videos.poll(waiting.id).status == "completed"
        assert [job["id"] for job in after.ledger()] == [done.id, waiting.id]
    after.stop()
