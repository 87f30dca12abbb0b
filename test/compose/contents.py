"""Prints as JSON what the stores contain, read with other clients than the tool's: contents.py S3_URL MONGODB_URL"""

import csv
import hashlib
import json
import sys

import boto3
import pymongo

s3_url, mongodb_url = sys.argv[1:]
s3 = boto3.client(
    "s3",
    endpoint_url=s3_url,
    region_name="us-east-1",
    aws_access_key_id="minioadmin",
    aws_secret_access_key="miniopassword",
)
objects = {}
for page in s3.get_paginator("list_objects_v2").paginate(Bucket="datagouv"):
    for entry in page.get("Contents", []):
        body = s3.get_object(Bucket="datagouv", Key=entry["Key"])["Body"].read()
        objects[entry["Key"]] = {"sha256": hashlib.sha256(body).hexdigest()}
        if entry["Key"].endswith(".csv"):
            rows = csv.reader(body.decode("utf-8").splitlines(keepends=True), delimiter=";")
            objects[entry["Key"]]["records"] = sum(1 for _ in rows) - 1

with pymongo.MongoClient(mongodb_url, serverSelectionTimeoutMS=10_000) as client:
    tops = {document["_id"]: document for document in client["datagouv"]["tops"].find()}

json.dump({"objects": objects, "tops": tops}, sys.stdout, default=str)
