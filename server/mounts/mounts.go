// Package mounts tells, as far as mounts do, whether the file system under a
// folder still has what it has acknowledged when the power fails. Start with
// [Of].
package mounts

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Mount is what a folder lies on.
type Mount struct {
	Point   string   // the folder at which it is mounted
	Type    string   // of the file system, such as "xfs"
	Options []string // of the mount and of the file system
}

// Of finds the mount of a folder. The folder itself need not be there yet. The
// error is errors.ErrUnsupported where the system does not list its mounts.
func Of(folder string) (Mount, error) {
	path, err := resolved(folder)
	if err != nil {
		return Mount{}, fmt.Errorf("mounts: %w", err)
	}
	f, err := os.Open("/proc/self/mountinfo")
	if errors.Is(err, fs.ErrNotExist) {
		return Mount{}, errors.ErrUnsupported
	}
	if err != nil {
		return Mount{}, fmt.Errorf("mounts: %w", err)
	}
	defer f.Close()
	return find(f, path)
}

// resolved is a path without links, of which the end may not be there yet.
func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	found, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) && path != "/" {
		parent, err := resolved(filepath.Dir(path))
		return filepath.Join(parent, filepath.Base(path)), err
	}
	return found, err
}

// find reads the list of mounts as Linux writes it; the last of those that lie
// nearest above path is the one that is seen.
// https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
func find(r io.Reader, path string) (m Mount, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		before, after, ok := strings.Cut(lines.Text(), " - ")
		mount, system := strings.Fields(before), strings.Fields(after)
		if !ok || len(mount) < 6 || len(system) < 3 {
			continue
		}
		point := plain(mount[4])
		if within(path, point) && len(point) >= len(m.Point) {
			m = Mount{point, system[0], append(strings.Split(mount[5], ","), strings.Split(system[2], ",")...)}
		}
	}
	if err := lines.Err(); err != nil {
		return Mount{}, fmt.Errorf("mounts: %w", err)
	}
	if m.Point == "" {
		return Mount{}, errors.ErrUnsupported
	}
	return m, nil
}

func within(path, point string) bool {
	return point == "/" || path == point || strings.HasPrefix(path, point+"/")
}

// plain takes back the escapes of a path: a backslash and three octal digits.
func plain(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (m Mount) has(options ...string) bool {
	return slices.ContainsFunc(options, func(o string) bool { return slices.Contains(m.Options, o) })
}

// Doubts says why whoever writes through to the disk, and waits for that, may
// still lose it here; each is the end of a sentence about the folder.
func (m Mount) Doubts() []string {
	var list []string
	switch {
	case m.Type == "tmpfs" || m.Type == "ramfs":
		list = append(list, "lies in memory ("+m.Type+"): all of it is gone when the machine stops")
	case m.Type == "overlay" || m.Type == "aufs":
		list = append(list, "lies in the layer of a container ("+m.Type+"): it goes with the container; mount a volume there")
	case slices.Contains([]string{"nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "lustre"}, m.Type) || strings.HasPrefix(m.Type, "fuse"):
		list = append(list, "lies on another machine ("+m.Type+"), whose locks and writes may not hold; use a local disk")
	}
	if m.has("nobarrier", "barrier=0") {
		list = append(list, "is mounted without write barriers: what was written last may be gone after a loss of power, or damaged")
	}
	return list
}

// DriveDoubts is Doubts for the drives of an object store that, as MinIO, does
// not wait until the name of a new file is durable: the mount must see to that.
func (m Mount) DriveDoubts() []string {
	list := m.Doubts()
	if !m.has("dirsync", "sync") {
		list = append(list, "is mounted without dirsync: a file that was just acknowledged may be gone after a loss of power")
	}
	return list
}
