package stack

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ChoosePort gives the preferred loopback port if it is free. Otherwise it
// gives a free one, and says who owns the preferred one.
func ChoosePort(preferred int) (port int, taken string, err error) {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(preferred)))
	if err == nil {
		return preferred, "", listener.Close()
	}
	listener, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, "", fmt.Errorf("find a free port: %w", err)
	}
	port = listener.Addr().(*net.TCPAddr).Port
	return port, PortOwner(preferred), listener.Close()
}

// PortOwner names the process that listens on a loopback port, "process 4242 (name)", or "another process".
func PortOwner(port int) string {
	pid := portOwner(port)
	if pid == 0 {
		return "another process"
	}
	name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return fmt.Sprintf("process %d (%s)", pid, strings.TrimSpace(string(name)))
}

// portOwner gives the pid of the process that listens on a loopback port, 0 when it cannot be told.
func portOwner(port int) int {
	inode := listeningInode(port)
	if inode == "" {
		return 0
	}
	link := "socket:[" + inode + "]"
	descriptors, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, fd := range descriptors {
		if target, err := os.Readlink(fd); err == nil && target == link {
			pid, _ := strconv.Atoi(strings.Split(fd, "/")[2])
			return pid
		}
	}
	return 0
}

// listeningInode gives the socket inode that listens on the port, as /proc/net/tcp lists it; "" if there is none.
func listeningInode(port int) string {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(table)
		if err != nil {
			continue
		}
		defer func() { _ = file.Close() }()
		suffix := fmt.Sprintf(":%04X", port)
		const stateListen = "0A"
		for lines := bufio.NewScanner(file); lines.Scan(); {
			fields := strings.Fields(lines.Text())
			if len(fields) > 9 && fields[3] == stateListen && strings.HasSuffix(fields[1], suffix) {
				return fields[9]
			}
		}
	}
	return ""
}
