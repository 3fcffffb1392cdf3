"""The manifests hold what the schemas and the rules of manifests.py ask, and the rules find what is wrong."""

import copy
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import manifests

BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", manifests.TOP / "target")) / "debug"


class Rendered(unittest.TestCase):
    def assert_holds(self, folder):
        documents = manifests.render(folder)
        self.assertGreater(len(documents), 30)
        problems = [problem for rule in manifests.RULES for problem in rule(documents)]
        self.assertEqual(problems, [])

    def test_base(self):
        self.assert_holds("base")

    def test_production(self):
        self.assert_holds("overlays/production")

    def test_local(self):
        self.assert_holds("overlays/local")


class Configuration(unittest.TestCase):
    """Each binary reads its ConfigMap, with the environment that `secrets.sh` gives it."""

    @classmethod
    def setUpClass(cls):
        made = subprocess.run([manifests.TOP / "k8s/secrets.sh"], capture_output=True, text=True, check=True)
        secrets = [document for document in manifests.yaml.safe_load_all(made.stdout) if document]
        cls.secrets = {document["metadata"]["name"]: document for document in secrets if document["kind"] == "Secret"}
        cls.files = {workload["metadata"]["name"]: text for workload, text in manifests.configs(manifests.render("overlays/local"))}

    def check(self, app, text, more=()):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(text)
            file.flush()
            environment = {**self.secrets[app]["stringData"], **dict(more), "PATH": os.environ["PATH"]}
            binary = BINARIES / f"shiming-{app}"
            self.assertTrue(binary.exists(), f"{binary} isn't built: cargo build --workspace --bins")
            command = [binary, "--config", file.name, "--check-config"]
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)

    def assert_accepted(self, app):
        said = self.check(app, self.files[app])
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        refused = self.check(app, self.files[app] + "\n[nonsense]\nkey = 1\n")
        self.assertNotEqual(refused.returncode, 0, "an unknown key passed: nothing is checked")

    def test_identity(self):
        self.assert_accepted("identity")

    def test_face_auth(self):
        self.assert_accepted("face-auth")

    def test_enterprise_binding(self):
        self.assert_accepted("enterprise-binding")

    def test_messaging(self):
        self.assert_accepted("messaging")

    def test_gateway(self):
        self.assert_accepted("gateway")

    def test_each_pod_takes_what_the_secrets_hold(self):
        for workload, _ in manifests.configs(manifests.render("overlays/local")):
            app = workload["metadata"]["name"]
            prefix = f"SHIMING_{app.upper().replace('-', '_')}__"
            self.assertTrue(all(key.startswith(prefix) for key in self.secrets[app]["stringData"]), app)
            self.assertEqual({"tls.crt", "tls.key", "ca.crt"}, set(self.secrets[f"{app}-tls"]["data"]))


class Rules(unittest.TestCase):
    """A rule that finds nothing in a broken set is no rule."""

    @classmethod
    def setUpClass(cls):
        cls.documents = manifests.render("base")

    def refused(self, rule, change, kind="Deployment", name="identity"):
        documents = copy.deepcopy(self.documents)
        change(next(d for d in documents if manifests.title(d) == f"{kind}/{name}"), documents)
        problems = list(rule(documents))
        self.assertTrue(problems, "the rule found nothing")
        self.assertTrue(all(name in problem or kind in problem for problem in problems), problems)

    def test_an_unknown_field(self):
        self.refused(manifests.schema_problems, lambda d, _: d["spec"].update(replica=3))

    def test_a_wrong_type(self):
        self.refused(manifests.schema_problems, lambda d, _: d["spec"].update(maxUnavailable=[1]), "PodDisruptionBudget")

    def test_a_pod_that_is_not_confined(self):
        for change in (
            lambda d, _: d["spec"]["template"]["spec"].pop("securityContext"),
            lambda d, _: d["spec"]["template"]["spec"].pop("automountServiceAccountToken"),
            lambda d, _: d["spec"]["template"]["spec"]["containers"][0].pop("securityContext"),
            lambda d, _: d["spec"]["template"]["spec"]["containers"][0].pop("readinessProbe"),
            lambda d, _: d["spec"]["template"]["spec"]["containers"][0]["resources"].pop("limits"),
            lambda d, _: d["spec"]["template"]["spec"]["containers"][0].update(image="shiming/identity:latest"),
        ):
            self.refused(manifests.confinement_problems, change)

    def test_names_that_lead_nowhere(self):
        self.refused(manifests.reference_problems, lambda d, _: d["spec"]["selector"].update(x="y"), "Service")
        self.refused(manifests.reference_problems, lambda d, _: d["spec"]["ports"][0].update(targetPort="x"), "Service")
        self.refused(manifests.reference_problems, lambda d, _: d["spec"]["scaleTargetRef"].update(name="x"), "HorizontalPodAutoscaler")
        self.refused(manifests.reference_problems, lambda d, _: d["spec"]["template"]["spec"].update(serviceAccountName="x"))

    def test_a_door_that_stands_open(self):
        self.refused(manifests.policy_problems, lambda d, all_of_it: all_of_it.remove(d), "NetworkPolicy", "default-deny")
        self.refused(manifests.policy_problems, lambda d, _: d["spec"]["ingress"][0]["from"].pop(0), "NetworkPolicy")

    def test_a_way_that_no_service_goes(self):
        documents = copy.deepcopy(self.documents)
        identity = next(d for d in documents if manifests.title(d) == "NetworkPolicy/identity")
        identity["spec"]["egress"] = [rule for rule in identity["spec"]["egress"] if "face-auth" not in str(rule)]
        self.assertIn("NetworkPolicy: identity → face-auth: a peer it may not call", list(manifests.policy_problems(documents)))

    def test_a_broken_promise(self):
        self.refused(manifests.promise_problems, lambda d, _: d["spec"]["template"]["spec"].update(terminationGracePeriodSeconds=30))
        self.refused(manifests.promise_problems, lambda d, _: d["spec"].pop("clusterIP"), "Service")
        self.refused(manifests.promise_problems, lambda d, all_of_it: all_of_it.remove(d), "PodDisruptionBudget")
        secret = {"kind": "Secret", "metadata": {"name": "identity"}, "stringData": {"a": "b"}}
        self.refused(manifests.promise_problems, lambda _, all_of_it: all_of_it.append(secret))


if __name__ == "__main__":
    unittest.main()
