"""What tests/real-fhir-server.sh does beside starting servers. Standard library only.

load BASE PATH...                  resources, Bundles, NDJSON and CDS Hooks requests (their prefetch) as transactions of updates
equal BINARY BASE NAMED FOLDER     by FHIR alone, each case gives the cards that its prefetch gives
careful BINARY BASE NAMED FOLDER   a server that answers searches with everybody's resources costs cards, and makes none false
lenient PORT BASE                  a proxy that leaves out `Prefer`

The cases under FOLDER are loaded into the server at BASE; their calls name it by NAMED.
"""

import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

FHIR_JSON = "application/fhir+json"
# Entries of one transaction.
CHUNK = 100
# Every read that the service knows, by prefetch key: what a case did not prefetch is null, known and empty, as it is on a
# server that does not hold it.
KEYS = [
    "patient", "medications", "conditions", "encounters", "laboratory", "surveys", "procedures", "plans", "statements",
    "dispenses", "goals", "service-requests", "appointments", "tasks", "social-history", "encounter",
]


def documents(path):
    """JSON values of the files under a path, or of a file."""
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            if inner.suffix in (".json", ".ndjson") and inner.name not in ("response.json", "package.json"):
                yield from documents(inner)
        return
    text = path.read_text(encoding="utf-8-sig")
    try:
        yield json.loads(text)
    except ValueError:
        for line in filter(None, map(str.strip, text.splitlines())):
            try:
                yield json.loads(line)
            except ValueError:
                print(f"  not JSON, left out: {path}", file=sys.stderr)
                return


def resources(value, full_url=None):
    """Resources in a value with the full URL of their entry."""
    if not isinstance(value, dict):
        return
    if value.get("resourceType") == "Bundle":
        for entry in value.get("entry") or []:
            if isinstance(entry, dict):
                yield from resources(entry.get("resource"), entry.get("fullUrl"))
    elif value.get("resourceType") not in (None, "OperationOutcome"):
        yield value, full_url
    elif "hook" in value:
        for sent in (value.get("prefetch") or {}).values():
            yield from resources(sent)
    elif "resource" in value:
        yield from resources(value["resource"])


def with_references(value, known):
    """References to full URLs become `Type/id`."""
    if isinstance(value, dict):
        return {
            name: known.get(inner, inner) if name == "reference" and isinstance(inner, str)
            else with_references(inner, known)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [with_references(inner, known) for inner in value]
    return value


def collected(paths):
    """Resources of files by `Type/id`."""
    return by_name(document for path in paths for document in documents(path))


def by_name(values):
    """Resources by `Type/id`, the last version of each, with references that fit."""
    found, known, unnamed = {}, {}, 0
    for value in values:
        for resource, full_url in resources(value):
            if "id" not in resource:
                unnamed += 1
                resource["id"] = f"unnamed-{unnamed}"
            name = f"{resource['resourceType']}/{resource['id']}"
            found[name] = resource
            known[full_url or name] = name
            known[f"urn:uuid:{resource['id']}"] = name
    return {name: with_references(resource, known) for name, resource in found.items()}


class Case:
    """A case with ids of its own, so that all fit on one server."""

    def __init__(self, number, folder):
        self.name, self.folder = folder.name, folder
        request = json.loads((folder / "request.json").read_text())
        mine = set(by_name([{"hook": "", "prefetch": json.loads(json.dumps(request.get("prefetch")))}]))
        self.request = self.renamed(request, f"c{number}-", mine)
        context = self.request["context"]
        self.patient = f"c{number}-" + context["patientId"].removeprefix("Patient/")
        context["patientId"] = self.patient
        self.resources = by_name([json.loads(json.dumps(self.request))])

    def renamed(self, value, prefix, mine):
        if isinstance(value, list):
            return [self.renamed(inner, prefix, mine) for inner in value]
        if not isinstance(value, dict):
            return value
        value = {name: self.renamed(inner, prefix, mine) for name, inner in value.items()}
        if f"{value.get('resourceType')}/{value.get('id')}" in mine:
            value["id"] = prefix + value["id"]
        reference = value.get("reference")
        if isinstance(reference, str) and reference.startswith("urn:uuid:"):
            bare = reference.removeprefix("urn:uuid:")
            reference = next((name for name in mine if name.endswith("/" + bare)), reference)
        if reference in mine:
            value["reference"] = reference.replace("/", "/" + prefix, 1)
        return value


def cases(folder):
    folders = sorted(inner for inner in pathlib.Path(folder).iterdir() if (inner / "request.json").exists())
    return [Case(number, inner) for number, inner in enumerate(folders)]


def send(method, url, body=None):
    """Status and body."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": FHIR_JSON, "Accept": FHIR_JSON}
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def load(base, *paths):
    load_all(base, collected(pathlib.Path(path) for path in paths))


def load_all(base, found):
    """Patients first, since others refer to them."""
    all_of_them = sorted(found.items(), key=lambda item: not item[0].startswith("Patient/"))
    started, refused = time.monotonic(), []
    for at in range(0, len(all_of_them), CHUNK):
        chunk = all_of_them[at:at + CHUNK]
        entries = [{"fullUrl": f"{base}/{name}", "resource": resource, "request": {"method": "PUT", "url": name}}
                   for name, resource in chunk]
        status, _ = send("POST", base + "/", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
        if status < 300:
            continue
        # One that the server does not take costs the transaction: the others go one by one.
        for name, resource in chunk:
            status, body = send("PUT", f"{base}/{name}", resource)
            if status >= 300:
                refused.append(f"{name}: {status} {body[:200].decode(errors='replace')}")
    took = time.monotonic() - started
    print(f"loaded {len(all_of_them) - len(refused)} resources in {took:.1f} s, {len(refused)} refused")
    for line in refused[:20]:
        print("  " + line)


def as_of(case):
    """The clock of a case."""
    file = case.folder / "case.toml"
    for line in file.read_text().splitlines() if file.exists() else []:
        name, _, value = line.partition("=")
        if name.strip() == "as_of":
            return value.strip().strip('"')
    return "2026-11-01T12:00:00Z"


def order_of(base, kind, patient):
    """Place and `meta` of a patient's resources in this server's answer: servers sort as they like."""
    sort = "&_sort=-date" if kind in ("Encounter", "Observation", "Procedure") else ""
    url, found = f"{base}/{kind}?patient={patient}&_count=1000{sort}", {}
    while url:
        status, body = send("GET", url)
        page = json.loads(body) if status == 200 else {}
        for entry in page.get("entry") or []:
            resource = entry.get("resource", {})
            found[resource.get("id")] = (len(found), resource.get("meta"))
        url = next((link["url"] for link in page.get("link") or [] if link["relation"] == "next"), None)
    return found


# Reads that search by category.
CATEGORIES = {"laboratory": "laboratory", "surveys": "survey", "social-history": "social-history"}


def is_found(key, resource):
    """Does a search under this key find the resource? One without a category is in no answer by category."""
    categories = resource.get("category") or []
    categories = categories if isinstance(categories, list) else [categories]
    codings = [coding for category in categories for coding in category.get("coding") or []]
    wanted = CATEGORIES.get(key)
    return wanted is None or any(coding.get("code") == wanted for coding in codings)


def in_its_order(prefetch, base, patient):
    """The prefetch as a client of this server would send it: what it finds of the case, in its order and with its `meta`."""
    orders = {}
    for key, sent in prefetch.items():
        entries = (sent.get("entry") if isinstance(sent, dict) else None) or []
        entries[:] = [entry for entry in entries if is_found(key, entry["resource"])]
        places = {}
        for entry in entries:
            resource = entry["resource"]
            kind, name = resource["resourceType"], resource.get("id")
            if kind not in orders:
                orders[kind] = order_of(base, kind, patient)
            place, meta = orders[kind].get(name, (len(orders[kind]), None))
            places[id(entry)] = place
            if meta:
                resource["meta"] = meta
        entries.sort(key=lambda entry: places[id(entry)])
    return prefetch


def explained(binary, base, named, case):
    """What `explain` says of the case with its prefetch, and by FHIR alone."""
    request = dict(case.request)
    prefetch = in_its_order(request.pop("prefetch", None) or {}, base, case.patient)
    request.pop("fhirServer", None)
    request.pop("fhirAuthorization", None)
    whole = {**request, "prefetch": {**dict.fromkeys(KEYS), **prefetch}}
    bare = {**request, "fhirServer": named}
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name, body in (("prefetch.json", whole), ("fhir.json", bare)):
            (pathlib.Path(folder) / name).write_text(json.dumps(body))
        command = [binary, "explain", "--format", "json", "--as-of", as_of(case), "--fhir-server", named,
                   f"{folder}/prefetch.json", f"{folder}/fhir.json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
    if len(lines) != 2 or any("error" in line for line in lines):
        sys.exit(f"{case.name}: {done.stderr}{done.stdout}")
    for line in lines:
        line.pop("file")
    return lines


def answers(line):
    return {rule["id"]: rule["answer"] for rule in line["rules"]}


def loaded(base, folder):
    """The cases of a folder, on the server."""
    all_of_them = cases(folder)
    load_all(base, {name: resource for case in all_of_them for name, resource in case.resources.items()})
    return all_of_them


def equal(binary, base, named, folder):
    differing = cards = 0
    all_of_them = loaded(base, folder)
    for case in all_of_them:
        whole, bare = explained(binary, base, named, case)
        cards += len(bare["cards"])
        # Where the drafts hold nothing that any rule looks at, nobody is asked, and there are no totals.
        asked = not any(gap.startswith("medications: not sent") for gap in bare["gaps"])
        parts = ("cards", "mme", "scope") if asked else ("cards",)
        unlike = [part for part in parts if whole[part] != bare[part]]
        if asked and answers(whole) != answers(bare):
            unlike.append("rules")
        if unlike:
            differing += 1
            print(f"{case.name}: differs in {', '.join(unlike)}; gaps by FHIR: {bare['gaps']}")
            for part in unlike:
                print(f"  {part} with prefetch: {json.dumps(whole[part])[:1500]}")
                print(f"  {part} by FHIR alone: {json.dumps(bare[part])[:1500]}")
    print(f"equal: {len(all_of_them) - differing} of {len(all_of_them)} cases, {cards} cards")
    sys.exit(1 if differing else 0)


def careful(binary, base, named, folder):
    wrong = cards = 0
    all_of_them = loaded(base, folder)
    for case in all_of_them:
        whole, bare = explained(binary, base, named, case)
        cards += len(bare["cards"])
        own = set(case.resources)
        own |= {f"{resource['resourceType']}/{resource.get('id')}"
                for resource, _ in resources(case.request["context"].get("draftOrders"))}
        said = answers(bare)
        faults = [f"{rule} falls silent" for rule, answer in answers(whole).items()
                  if answer == "fires" and said[rule] == "silent" and rule != "check-incomplete"]
        for card in bare["cards"]:
            evidence = set(card["extension"]["org.opioid-cds.card"].get("evidence", []))
            faults += [f"evidence of somebody else: {name}" for name in evidence - own]
        if not bare["gaps"] and (whole["cards"] or bare["cards"]):
            faults.append("no gap is told")
        before = (bare["mme"]["before"] or {}) if bare["mme"] else {}
        if before and not before["floor"]:
            faults.append("a total is given as if the list were whole")
        if faults:
            wrong += 1
            print(f"{case.name}: {faults}")
    print(f"careful: {len(all_of_them) - wrong} of {len(all_of_them)} cases, {cards} cards")
    sys.exit(1 if wrong else 0)


def lenient(port, base):
    class Proxy(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            status, body = send("GET", base + self.path)
            self.send_response(status)
            self.send_header("Content-Type", FHIR_JSON)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Proxy).serve_forever()


COMMANDS = {command.__name__: command for command in (load, equal, careful, lenient)}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
