"""The mission as one would usually write it with pandas: read_csv, str.contains, to_csv, merge, and one document.

    run_pandas.py DATASETS ORGANIZATIONS OUT     paths or addresses; to a folder and SQLite, or, when AWS_ENDPOINT_URL_S3 is
                                                 set, with boto3 and pymongo to the bucket and the database of the environment

Prints the number of records kept and of datasets in the tops. It keeps no snapshot, checks no field count, alters the
records that it writes, and holds the whole table in memory.
"""
import json
import os
import sqlite3
import sys

import pandas as pd

datasets_path, organizations_path, out = sys.argv[1:4]
datasets = pd.read_csv(datasets_path, sep=";", dtype=str, keep_default_na=False)
kept_by = [
    datasets[column].str.contains("mobilit[eé]|transport", case=False, regex=True)
    for column in ("title", "tags", "description")
]
kept = datasets[kept_by[0] | kept_by[1] | kept_by[2]]
kept.to_csv(f"{out}/kept.csv", sep=";", index=False)
organizations = pd.read_csv(organizations_path, sep=";", dtype=str, keep_default_na=False)
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
    with pymongo.MongoClient(os.environ["DATAGOUV_TOPS_DOCUMENTS"]) as client:
        client.get_default_database()["tops"].replace_one({"_id": "tops"}, {"datasets": document}, upsert=True)
else:
    with sqlite3.connect(f"{out}/tops.db") as database:
        database.execute("CREATE TABLE IF NOT EXISTS tops (_id TEXT PRIMARY KEY, document TEXT)")
        database.execute("REPLACE INTO tops VALUES (?, ?)", ("tops", json.dumps(document, ensure_ascii=False, default=int)))
print(len(kept), len(document))
