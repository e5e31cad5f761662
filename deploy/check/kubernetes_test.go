package check

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	scaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	network "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

const folder = "../kubernetes"

// kinds are all that we use, by version and kind.
var kinds = map[string]func() meta.Object{
	"v1/Namespace":                           func() meta.Object { return &core.Namespace{} },
	"v1/ServiceAccount":                      func() meta.Object { return &core.ServiceAccount{} },
	"v1/Service":                             func() meta.Object { return &core.Service{} },
	"apps/v1/Deployment":                     func() meta.Object { return &apps.Deployment{} },
	"policy/v1/PodDisruptionBudget":          func() meta.Object { return &policy.PodDisruptionBudget{} },
	"autoscaling/v2/HorizontalPodAutoscaler": func() meta.Object { return &scaling.HorizontalPodAutoscaler{} },
	"networking.k8s.io/v1/NetworkPolicy":     func() meta.Object { return &network.NetworkPolicy{} },
	"networking.k8s.io/v1/Ingress":           func() meta.Object { return &network.Ingress{} },
}

// manifests reads all that the kustomization names, strictly.
func manifests(t *testing.T) []meta.Object {
	t.Helper()
	var k struct {
		APIVersion         string   `json:"apiVersion"`
		Kind               string   `json:"kind"`
		Namespace          string   `json:"namespace"`
		Resources          []string `json:"resources"`
		ConfigMapGenerator []struct {
			Name  string   `json:"name"`
			Files []string `json:"files"`
		} `json:"configMapGenerator"`
	}
	if err := yaml.UnmarshalStrict(read(t, folder, "kustomization.yaml"), &k); err != nil {
		t.Fatal(err)
	}
	there, _ := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if len(there) != len(k.Resources)+1 {
		t.Errorf("%d files are there, and %d are named", len(there)-1, len(k.Resources))
	}
	read(t, folder, k.ConfigMapGenerator[0].Files[0])
	var list []meta.Object
	for _, name := range k.Resources {
		for _, doc := range bytes.Split(read(t, folder, name), []byte("\n---\n")) {
			var head meta.TypeMeta
			if err := yaml.Unmarshal(doc, &head); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			fresh, ok := kinds[head.APIVersion+"/"+head.Kind]
			if !ok {
				t.Errorf("%s: unknown kind %s/%s", name, head.APIVersion, head.Kind)
				continue
			}
			x := fresh()
			if err := yaml.UnmarshalStrict(doc, x); err != nil {
				t.Errorf("%s: %s: %v", name, head.Kind, err)
				continue
			}
			list = append(list, x)
		}
	}
	return list
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// one is the only manifest of its type.
func one[T any](t *testing.T, list []meta.Object) *T {
	t.Helper()
	for _, x := range list {
		if y, ok := x.(any).(*T); ok {
			return y
		}
	}
	t.Fatalf("no %T", new(T))
	return nil
}

// TestManifests are of the types that they say, with no unknown field, and fit
// together.
func TestManifests(t *testing.T) {
	list := manifests(t)
	if len(list) < 9 {
		t.Fatalf("%d manifests", len(list))
	}
	d := one[apps.Deployment](t, list)
	pod := labels.Set(d.Spec.Template.Labels)
	selects := func(what string, s *meta.LabelSelector) {
		if x, err := meta.LabelSelectorAsSelector(s); err != nil || x.Empty() || !x.Matches(pod) {
			t.Errorf("%s does not select the servers: %v", what, err)
		}
	}
	selects("the deployment", d.Spec.Selector)
	selects("the budget", one[policy.PodDisruptionBudget](t, list).Spec.Selector)
	selects("the spread", d.Spec.Template.Spec.TopologySpreadConstraints[0].LabelSelector)
	if !labels.SelectorFromSet(one[core.Service](t, list).Spec.Selector).Matches(pod) {
		t.Error("the service does not select the servers")
	}
	h := one[scaling.HorizontalPodAutoscaler](t, list)
	if h.Spec.ScaleTargetRef.Name != d.Name || *h.Spec.MinReplicas < 2 || *h.Spec.MinReplicas > *d.Spec.Replicas {
		t.Errorf("what scales does not fit: %+v", h.Spec)
	}
	if b := one[policy.PodDisruptionBudget](t, list); int32(b.Spec.MinAvailable.IntValue()) >= *h.Spec.MinReplicas {
		t.Error("the budget lets no server go, ever")
	}
	ports := map[string]int32{}
	c := d.Spec.Template.Spec.Containers[0]
	for _, p := range c.Ports {
		ports[p.Name] = p.ContainerPort
	}
	for _, p := range []*core.Probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe} {
		if p == nil || ports[p.HTTPGet.Port.String()] == 0 {
			t.Error("a probe is missing, or asks nobody")
		}
	}
	if c.LivenessProbe.HTTPGet.Path != "/healthz" || c.ReadinessProbe.HTTPGet.Path != "/readyz" {
		t.Error("the probes ask for the wrong thing")
	}
	if p := one[core.Service](t, list).Spec.Ports[0].TargetPort; p.Type != intstr.String || ports[p.StrVal] == 0 {
		t.Error("the service leads to no port")
	}
	mounted(t, d.Spec.Template.Spec)
	settings(t, ports, c)
}

// mounted holds volumes and mounts to each other, and the pod to the least
// rights.
func mounted(t *testing.T, pod core.PodSpec) {
	t.Helper()
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
		if v.HostPath != nil {
			t.Errorf("%s is a folder of the node", v.Name)
		}
		if s := v.Secret; s != nil && *s.DefaultMode&0o007 != 0 {
			t.Errorf("%s can be read by everybody", v.Name)
		}
	}
	c := pod.Containers[0]
	for _, m := range c.VolumeMounts {
		if !volumes[m.Name] {
			t.Errorf("%s is mounted and not there", m.Name)
		}
		delete(volumes, m.Name)
	}
	if len(volumes) > 0 {
		t.Errorf("%v are there and not mounted", volumes)
	}
	s := c.SecurityContext
	if !*pod.SecurityContext.RunAsNonRoot || *s.AllowPrivilegeEscalation || !*s.ReadOnlyRootFilesystem ||
		!slices.Equal(s.Capabilities.Drop, []core.Capability{"ALL"}) || pod.SecurityContext.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault ||
		*pod.AutomountServiceAccountToken || len(c.Env) > 0 {
		t.Error("the pod has more rights than it needs, or settings outside its file")
	}
	if strings.HasSuffix(c.Image, ":latest") || !strings.Contains(c.Image, ":") {
		t.Errorf("nobody knows what %s is", c.Image)
	}
}

// settings compares what the settings file says with what the pod has.
func settings(t *testing.T, ports map[string]int32, c core.Container) {
	t.Helper()
	var s map[string]any
	if err := json.Unmarshal(read(t, folder, "settings.json"), &s); err != nil {
		t.Fatal(err)
	}
	for name, port := range map[string]string{"listen": "8080", "metrics": "9100"} {
		if !strings.HasSuffix(s[name].(string), ":"+port) {
			t.Errorf("%s is %v; the pod has %v", name, s[name], ports)
		}
	}
	for _, name := range []string{"mongodb", "access_key", "secret_key", "data", "keys"} {
		path := s[name].(string)
		if !slices.ContainsFunc(c.VolumeMounts, func(m core.VolumeMount) bool { return strings.HasPrefix(path, m.MountPath) }) {
			t.Errorf("%s is %s, and nothing is mounted there", name, path)
		}
	}
}

// TestContainerfile: static, pinned, nobody's, and nothing in it but the
// program.
func TestContainerfile(t *testing.T) {
	text := string(read(t, "..", "Containerfile"))
	mod := string(read(t, "../..", "go.mod"))
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(mod)[1]
	if !strings.Contains(text, "golang:"+version+" AS build") {
		t.Errorf("the image is not built by Go %s, which go.mod names", version)
	}
	stages := regexp.MustCompile(`(?m)^FROM `).Split(text, -1)
	last := stages[len(stages)-1]
	for _, want := range []string{"scratch\n", "\nUSER 65532:65532\n", `ENTRYPOINT ["/probity"]`, "ca-certificates.crt", "\nSTOPSIGNAL SIGTERM\n"} {
		if !strings.Contains(last, want) {
			t.Errorf("the last stage has no %q", want)
		}
	}
	if !strings.Contains(text, "CGO_ENABLED=0") || strings.Contains(last, "\nRUN ") || strings.Contains(text, "ADD ") {
		t.Error("the program is not static, or more is in the image than it")
	}
}
