package mounts

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const list = `21 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw,errors=remount-ro
30 21 0:26 / /run rw,nosuid shared:12 - tmpfs tmpfs rw,size=1024k
41 21 8:17 / /srv rw,relatime shared:20 - ext4 /dev/sdb1 rw,barrier=0
42 41 8:33 / /srv/minio rw,noatime,dirsync shared:21 - xfs /dev/sdc1 rw,attr2
43 41 8:49 / /srv/with\040space rw,relatime - xfs /dev/sdd1 rw
44 21 0:50 / /mnt/share rw - nfs4 store:/share rw,vers=4.2
45 44 8:65 / /mnt/share rw,sync - ext4 /dev/sde1 rw
46 21 0:60 /x /var/lib/containers rw - fuse.sshfs host:/x rw
47 21 0:61 / /box rw - overlay overlay rw,lowerdir=/a
nonsense
48 21 0:62 / /short
`

// TestDoubts: what is said of folders, by where they lie.
func TestDoubts(t *testing.T) {
	for _, c := range []struct {
		path, point string
		own, drive  string // words of what is doubted; "" is nothing
	}{
		{"/var/lib/probity", "/", "", "dirsync"},
		{"/run/probity", "/run", "memory", "memory dirsync"},
		{"/runner", "/", "", "dirsync"},
		{"/srv/data", "/srv", "barriers", "barriers dirsync"},
		{"/srv/minio", "/srv/minio", "", ""},
		{"/srv/minio/disk1", "/srv/minio", "", ""},
		{"/srv/with space/x", "/srv/with space", "", "dirsync"},
		{"/mnt/share/x", "/mnt/share", "", ""}, // the last one covers the first
		{"/var/lib/containers/x", "/var/lib/containers", "another machine", "another machine dirsync"},
		{"/box/data", "/box", "container", "container dirsync"},
	} {
		m, err := find(strings.NewReader(list), c.path)
		if err != nil || m.Point != c.point {
			t.Errorf("%s lies on %q, %v; want %q", c.path, m.Point, err, c.point)
		}
		for what, x := range map[string]struct {
			got  []string
			want string
		}{"own": {m.Doubts(), c.own}, "drive": {m.DriveDoubts(), c.drive}} {
			said := strings.Join(x.got, "; ")
			for word := range strings.FieldsSeq(x.want) {
				if !strings.Contains(said, word) {
					t.Errorf("%s, %s: %q does not speak of %s", c.path, what, said, word)
				}
			}
			if x.want == "" && said != "" {
				t.Errorf("%s, %s: %q", c.path, what, said)
			}
		}
	}
	if _, err := find(strings.NewReader("nonsense\n"), "/"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("no list: %v", err)
	}
}

// TestOf finds a folder of this machine, also one that is not there yet, and one
// behind a link.
func TestOf(t *testing.T) {
	if _, err := os.Stat("/proc/self/mountinfo"); err != nil {
		if _, err := Of(t.TempDir()); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("without a list: %v", err)
		}
		return
	}
	dir := t.TempDir()
	if err := os.Symlink("/proc", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	here, err := Of(dir)
	if err != nil || here.Type == "" || here.Type == "proc" {
		t.Errorf("%+v, %v", here, err)
	}
	if later, err := Of(filepath.Join(dir, "not", "yet")); err != nil || later.Point != here.Point {
		t.Errorf("not there yet: %+v, %v", later, err)
	}
	if linked, err := Of(filepath.Join(dir, "link")); err != nil || linked.Type != "proc" {
		t.Errorf("behind a link: %+v, %v", linked, err)
	}
}

func FuzzFind(f *testing.F) {
	f.Add(list, "/srv/minio")
	f.Add("1 2 3:4 / /\\0 rw - a b c\n", "/")
	f.Fuzz(func(t *testing.T, list, path string) {
		m, err := find(strings.NewReader(list), path)
		if err == nil && !within(path, m.Point) {
			t.Errorf("%q does not lie within %q", path, m.Point)
		}
		m.DriveDoubts()
	})
}
