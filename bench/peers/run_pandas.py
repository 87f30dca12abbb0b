"""The whole run as you would usually write it with pandas: read_csv, str.contains, to_csv, merge, and one document.

    run_pandas.py DATASETS ORGANIZATIONS OUT [bare]

DATASETS and ORGANIZATIONS are paths or URLs. The results go to the folder OUT and an SQLite file in it. If AWS_ENDPOINT_URL_S3
is set, they go to the bucket and database of the environment, with boto3 and pymongo.

Prints the number of kept records and of datasets in the tops. Like the tool, it stores the exports with their checksums; `bare`
skips this. It checks no field count, alters the records that it writes, and keeps the whole table in memory.
"""
import gzip
import hashlib
import io
import json
import os
import sqlite3
import sys
import urllib.request

import pandas as pd

datasets_path, organizations_path, out, *bare = sys.argv[1:]


def open_export(location: str, name: str):
    """Returns what read_csv can read. Stores the export with its checksums, unless `bare`."""
    if bare:
        return location
    if location.startswith("http"):
        content = urllib.request.urlopen(location).read()
    else:
        with open(location, "rb") as file:
            content = file.read()
    is_gzip = content[:2] == b"\x1f\x8b"
    plain = gzip.decompress(content) if is_gzip else content
    checksums = {"bytes": len(plain), "sha1": hashlib.sha1(plain).hexdigest(), "sha256": hashlib.sha256(plain).hexdigest()}
    with open(f"{out}/{name}.csv.gz", "wb") as file:
        file.write(content if is_gzip else gzip.compress(plain, 1))
    with open(f"{out}/{name}.json", "w") as file:
        json.dump(checksums, file)
    return io.BytesIO(plain)


datasets = pd.read_csv(open_export(datasets_path, "datasets"), sep=";", dtype=str, keep_default_na=False)
matches = [
    datasets[column].str.contains("mobilit[eé]|transport", case=False, regex=True)
    for column in ("title", "tags", "description")
]
kept = datasets[matches[0] | matches[1] | matches[2]]
kept.to_csv(f"{out}/kept.csv", sep=";", index=False)
organizations = pd.read_csv(open_export(organizations_path, "organizations"), sep=";", dtype=str, keep_default_na=False)
organizations["followers"] = pd.to_numeric(organizations["metric.followers"])
top = organizations.sort_values(["followers", "id"], ascending=[False, True]).head(30)
tops = kept.merge(top, left_on="organization_id", right_on="id", suffixes=("", "_organization"))
document = tops[["id", "title", "metric.followers", "name", "organization_id", "followers"]].to_dict("records")
if os.environ.get("AWS_ENDPOINT_URL_S3"):
    import boto3
    import pymongo

    s3 = boto3.client("s3")
    bucket = os.environ["DATAGOUV_TOPS_ARCHIVE"].removeprefix("s3://")
    s3.create_bucket(Bucket=bucket)
    s3.upload_file(f"{out}/kept.csv", bucket, "2026-01-21/mobilite-transport.csv")
    for name in [] if bare else ("datasets.csv.gz", "datasets.json", "organizations.csv.gz", "organizations.json"):
        s3.upload_file(f"{out}/{name}", bucket, f"snapshots/2026-01-21/{name}")
    with pymongo.MongoClient(os.environ["DATAGOUV_TOPS_DOCUMENTS"]) as client:
        client.get_default_database()["tops"].replace_one({"_id": "tops"}, {"datasets": document}, upsert=True)
else:
    with sqlite3.connect(f"{out}/tops.db") as database:
        database.execute("CREATE TABLE IF NOT EXISTS tops (_id TEXT PRIMARY KEY, document TEXT)")
        database.execute("REPLACE INTO tops VALUES (?, ?)", ("tops", json.dumps(document, ensure_ascii=False, default=int)))
print(len(kept), len(document))
