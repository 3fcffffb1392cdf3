"""Renders k8s/ and says what is wrong with the result, without a cluster.

The schemas say whether Kubernetes would take a document. The rules here say whether the documents fit together
(selectors, ports, references) and hold what the house promises (confined pods, nobody reachable unasked, an orderly end).
"""

import re
import subprocess
import tomllib
from pathlib import Path

import kubernetes_validate
import yaml

TOP = Path(__file__).resolve().parents[2]
# The oldest that knows every field used, and the newest whose schemas are pinned.
VERSIONS = ("1.31", "1.37")
SERVICES = ("identity", "face-auth", "enterprise-binding", "messaging")
APPS = (*SERVICES, "gateway")


def render(folder):
    """The documents that `kubectl apply -k` would send."""
    made = subprocess.run(["kubectl", "kustomize", str(TOP / "k8s" / folder)], capture_output=True, text=True, check=False)
    if made.returncode:
        raise AssertionError(f"k8s/{folder} doesn't render:\n{made.stderr}")
    if made.stderr.strip():
        raise AssertionError(f"k8s/{folder} renders with a warning:\n{made.stderr}")
    return [document for document in yaml.safe_load_all(made.stdout) if document]


def title(document):
    return f"{document['kind']}/{document['metadata']['name']}"


def schema_problems(documents):
    for document in documents:
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                yield f"{title(document)}, Kubernetes {version}: {'.'.join(map(str, error.path))}: {error.message}"


def of_kind(documents, *kinds):
    return [document for document in documents if document["kind"] in kinds]


def workloads(documents):
    return of_kind(documents, "Deployment", "StatefulSet")


def labels(workload):
    return workload["spec"]["template"]["metadata"]["labels"]


def matches(selector, wanted):
    """Whether a label selector takes these labels; only the operator the manifests use is known."""
    for expression in selector.get("matchExpressions", []):
        if expression["operator"] != "In":
            raise AssertionError(f"unknown operator {expression['operator']}")
        if wanted.get(expression["key"]) not in expression["values"]:
            return False
    return all(wanted.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def confinement_problems(documents):
    """Pod Security Standard "restricted", and a little more."""
    for workload in workloads(documents):
        pod = workload["spec"]["template"]["spec"]
        context = pod.get("securityContext", {})
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{title(workload)}: mounts a token for the Kubernetes API"
        if not context.get("runAsNonRoot") or context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{title(workload)}: runs as root or without a seccomp profile"
        for container in pod["containers"]:
            own = container.get("securityContext", {})
            closed = own.get("allowPrivilegeEscalation") is False and own.get("readOnlyRootFilesystem") is True
            if not closed or own.get("capabilities", {}).get("drop") != ["ALL"]:
                yield f"{title(workload)}/{container['name']}: is not confined"
            resources = container.get("resources", {})
            if not {"cpu", "memory"} <= resources.get("requests", {}).keys() or "memory" not in resources.get("limits", {}):
                yield f"{title(workload)}/{container['name']}: says not what it needs, or has no memory limit"
            if not container.get("readinessProbe"):
                yield f"{title(workload)}/{container['name']}: has no readiness probe"
            if container["image"].endswith(":latest") or ":" not in container["image"]:
                yield f"{title(workload)}/{container['name']}: {container['image']} is not a fixed image"


def reference_problems(documents):
    """Names that lead nowhere inside the rendered set."""
    pods = {title(workload): workload for workload in workloads(documents)}
    names = {title(document) for document in documents}
    for service in of_kind(documents, "Service"):
        selected = [pod for pod in pods.values() if matches({"matchLabels": service["spec"]["selector"]}, labels(pod))]
        if len(selected) != 1:
            yield f"{title(service)}: selects {len(selected)} workloads"
            continue
        known = {port["name"] for container in selected[0]["spec"]["template"]["spec"]["containers"] for port in container.get("ports", [])}
        for port in service["spec"]["ports"]:
            if port["targetPort"] not in known:
                yield f"{title(service)}: its pods have no port {port['targetPort']}"
    for workload in pods.values():
        pod = workload["spec"]["template"]["spec"]
        if "serviceAccountName" in pod and f"ServiceAccount/{pod['serviceAccountName']}" not in names:
            yield f"{title(workload)}: no ServiceAccount/{pod['serviceAccountName']}"
        for volume in pod.get("volumes", []):
            config = volume.get("configMap", {}).get("name")
            if config and f"ConfigMap/{config}" not in names:
                yield f"{title(workload)}: no ConfigMap/{config}"
        mounted = {mount["name"] for container in pod["containers"] for mount in container.get("volumeMounts", [])}
        if mounted != {volume["name"] for volume in pod.get("volumes", [])}:
            yield f"{title(workload)}: volumes and mounts differ"
    for scaler in of_kind(documents, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if f"{target['kind']}/{target['name']}" not in names:
            yield f"{title(scaler)}: scales nothing"
    for ingress in of_kind(documents, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                if f"Service/{path['backend']['service']['name']}" not in names:
                    yield f"{title(ingress)}: leads to no Service"


def policy_problems(documents):
    """Denied by default; each side of an allowed call names the other."""
    policies = of_kind(documents, "NetworkPolicy")
    if not any(p["spec"]["podSelector"] == {} and p["spec"]["policyTypes"] == ["Ingress", "Egress"] and "ingress" not in p["spec"] for p in policies):
        yield "NetworkPolicy: nothing denies by default"
    pods = {workload["metadata"]["name"]: labels(workload) for workload in workloads(documents)}
    calls = {"egress": set(), "ingress": set()}
    for policy in policies:
        mine = [name for name, wanted in pods.items() if matches(policy["spec"]["podSelector"], wanted)]
        if not mine:
            yield f"{title(policy)}: selects no pod"
        for direction, side in (("egress", "to"), ("ingress", "from")):
            for rule in policy["spec"].get(direction, []):
                for peer in rule.get(side, []):
                    if "namespaceSelector" in peer or "podSelector" not in peer:
                        continue
                    theirs = [name for name, wanted in pods.items() if matches(peer["podSelector"], wanted)]
                    if not theirs:
                        yield f"{title(policy)}: its {side} matches no pod"
                    pairs = [(me, you) if direction == "egress" else (you, me) for me in mine for you in theirs]
                    calls[direction].update((*pair, port["port"]) for pair in pairs for port in rule["ports"])
    # The data stands outside the base; where an overlay brings it, a label lets the services out.
    inside = {direction: {call for call in found if call[2] == 9090} for direction, found in calls.items()}
    for caller, callee, _ in inside["egress"] ^ inside["ingress"]:
        yield f"NetworkPolicy: {caller} → {callee} is allowed on one side only"
    for app in pods.keys() & set(APPS):
        allowed = {callee for caller, callee, _ in inside["egress"] if caller == app}
        for callee in sorted(allowed ^ peers(app)):
            yield f"NetworkPolicy: {app} → {callee}: {'is no peer of it' if callee in allowed else 'a peer it may not call'}"


def peers(app):
    """Whom an app calls: the loader demands that its own list (`Service::PEERS`) and its checked-in `[peers]` name the same."""
    folder = TOP / "gateway" if app == "gateway" else TOP / "services" / app
    defaults = tomllib.loads((folder / "config/default.toml").read_text())
    return {name.replace("_", "-") for name in defaults.get("peers", {})}


def configs(documents):
    """Each app's configuration file as its pod would read it, as text."""
    for workload in workloads(documents):
        for volume in workload["spec"]["template"]["spec"].get("volumes", []):
            if volume["name"] == "config":
                wanted = volume["configMap"]
                found = next(d for d in of_kind(documents, "ConfigMap") if d["metadata"]["name"] == wanted["name"])
                yield workload, found["data"][wanted["items"][0]["key"]]


def promise_problems(documents):
    """What every one of the five apps has: budget, scaling, probes, an end in order, no value of a Secret."""
    for document in of_kind(documents, "Secret"):
        yield f"{title(document)}: a Secret's value stands in the repository"
    names = {title(document) for document in documents}
    files = {workload["metadata"]["name"]: tomllib.loads(text) for workload, text in configs(documents)}
    for app in APPS:
        for kind in ("Deployment", "Service", "ServiceAccount", "PodDisruptionBudget", "HorizontalPodAutoscaler", "NetworkPolicy"):
            if f"{kind}/{app}" not in names:
                yield f"{kind}/{app} is missing"
        if f"Deployment/{app}" not in names or app not in files:
            continue
        deployment = next(d for d in of_kind(documents, "Deployment") if d["metadata"]["name"] == app)
        pod = deployment["spec"]["template"]["spec"]
        process = files[app].get("process", {})
        needed = seconds(process.get("drain_delay", "0s")) + seconds(process.get("grace", "20s")) + 10
        if pod.get("terminationGracePeriodSeconds", 30) < needed:
            yield f"Deployment/{app}: is killed before it ended in order, after {needed} s"
        if seconds(process.get("drain_delay", "0s")) <= 5:
            yield f"Deployment/{app}: stops serving before its clients looked its name up again"
        container = pod["containers"][0]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            if container.get(probe, {}).get("httpGet", {}).get("port") != "admin":
                yield f"Deployment/{app}: its {probe} doesn't ask the admin port"
        if len(pod.get("topologySpreadConstraints", [])) != 2:
            yield f"Deployment/{app}: is not spread over zones and nodes"
    for app in SERVICES:
        service = next((d for d in of_kind(documents, "Service") if d["metadata"]["name"] == app), None)
        if service and service["spec"].get("clusterIP") != "None":
            yield f"Service/{app}: is not headless, so one replica would get every call of a client"


def seconds(text):
    units = {"ms": 0.001, "s": 1, "m": 60}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"(\d+)(ms|s|m)", text))


RULES = (schema_problems, confinement_problems, reference_problems, policy_problems, promise_problems)
