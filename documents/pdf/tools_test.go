package pdf

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// run runs an outside tool, or skips the test where there is none.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed; it checks our papers from outside.", name)
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func write(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func sealedSample(t *testing.T) []byte {
	t.Helper()
	p, err := sample(t, testInfo()).Prepare(claim)
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.Seal(testSealer())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func wants(t *testing.T, out string, all ...string) {
	t.Helper()
	for _, s := range all {
		if !strings.Contains(out, s) {
			t.Errorf("no %q in\n%s", s, out)
		}
	}
}

func TestQpdfFindsNoFault(t *testing.T) {
	for _, file := range [][]byte{draw(t, testInfo()), sealedSample(t), sealed(t)} {
		wants(t, run(t, "qpdf", "--check", write(t, file)), "No syntax or stream encoding errors found")
	}
}

func TestPopplerReadsTheTags(t *testing.T) {
	path := write(t, sealedSample(t))
	wants(t, run(t, "pdfinfo", path), "Tagged:          yes", "UTC", "采购合同")
	wants(t, run(t, "pdfinfo", "-struct-text", path), "H1", "Table", "TH", "TD", "Figure", "LBody", "Form")
}

func TestPopplerReadsTheText(t *testing.T) {
	out := run(t, "pdftotext", write(t, draw(t, testInfo())), "-")
	wants(t, out, "𠮷田家具（上海）有限公司 😀 葛󠄀", "Supply and fitting of school furniture")
	if missing := strings.Count(bare(out), "逾期的，每日按合同金额的百分之五支付违约金"); missing != 6 {
		t.Errorf("a clause is there %d times, not 6", missing)
	}
}

func TestPopplerDetachesTheFiles(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	run(t, "pdfdetach", "-save", "1", "-o", out, write(t, sealed(t)))
	if b, err := os.ReadFile(out); err != nil || string(b) != `{"a":1}` {
		t.Errorf("%q, %v", b, err)
	}
}

func TestPdfsigFindsTheSealValidAndTrusted(t *testing.T) {
	now := time.Now() // pdfsig looks at the clock
	s, err := NewSealer("Example 示例", now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	p, err := sample(t, testInfo()).Prepare(Claim{By: claim.By, Reason: claim.Reason, At: now})
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.Seal(s)
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, file)
	wants(t, run(t, "pdfsig", path), "Signature is Valid", "Total document signed", "ETSI.CAdES.detached")

	db := t.TempDir()
	cert := filepath.Join(db, "seal.pem")
	if err := os.WriteFile(cert, s.Certificates(), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "certutil", "-N", "-d", db, "--empty-password")
	run(t, "certutil", "-A", "-d", db, "-n", "seal", "-t", "CT,C,C", "-i", cert)
	wants(t, run(t, "pdfsig", "-nssdir", db, path), "Signature is Valid", "Certificate is Trusted")

	file[len(file)/2] ^= 1
	if out := run(t, "pdfsig", write(t, file)); strings.Contains(out, "Signature is Valid") {
		t.Errorf("a changed paper is valid:\n%s", out)
	}
}
