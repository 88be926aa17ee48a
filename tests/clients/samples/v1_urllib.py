"""An access token from the v1 endpoint, then the incidents. Prints both answers, a line each."""

import json
import os
import urllib.parse
import urllib.request

tenant_id = os.environ["TENANT"]
app_id = os.environ["CLIENT_ID"]
app_secret = os.environ["CLIENT_SECRET"]

url = f"{os.environ['AUTHORITY']}/{tenant_id}/oauth2/token"
body = {
    "resource": "https://api.security.microsoft.com",
    "client_id": app_id,
    "client_secret": app_secret,
    "grant_type": "client_credentials",
}
request = urllib.request.Request(url, urllib.parse.urlencode(body).encode("utf-8"))
answer = json.loads(urllib.request.urlopen(request, timeout=30).read())
print(json.dumps(answer))

headers = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Authorization": "Bearer " + answer["access_token"],
}
request = urllib.request.Request(f"{os.environ['API_BASE']}/api/incidents", headers=headers)
print(json.dumps(json.loads(urllib.request.urlopen(request, timeout=30).read())))
