package embedded

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// packedSize is the room the downloaded package takes, spare is what is left to the system.
const (
	packedSize = 180_000_000
	spare      = 50_000_000
)

const otherEngines = "use a ClickHouse server instead: aurora up --clickhouse URL, or aurora up --engine server with a clickhouse binary on the PATH"

func checkPlatform() error {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if platform != "linux/amd64" {
		return &aurora.Error{
			Code: aurora.CodePlatform, Title: "the embedded engine does not run on " + platform,
			Detail: "its library is verified on linux/amd64 with glibc only", Hint: otherEngines,
		}
	}
	for _, loader := range []string{"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-x86-64.so.2"} {
		if _, err := os.Stat(loader); err == nil {
			return nil
		}
	}
	return &aurora.Error{
		Code: aurora.CodePlatform, Title: "the embedded engine needs glibc",
		Detail: "no ld-linux-x86-64.so.2 here; musl is not supported by the library", Hint: otherEngines,
	}
}

func checkDisk(o InstallOptions, want release) error {
	need := want.Size + spare
	if o.From == "" {
		need += packedSize
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(o.EngineDir, &fs); err != nil {
		return unwritable(o.EngineDir, err)
	}
	if free := int64(fs.Bavail) * fs.Bsize; free < need {
		return &aurora.Error{
			Code: aurora.CodeStorageFull, Title: "not enough free disk for the engine library",
			Detail: fmt.Sprintf("%s has %d MB free, %d MB are needed", o.EngineDir, free/1_000_000, need/1_000_000),
			Hint:   "free some space, or choose another folder with AURORA_ENGINE_DIR",
		}
	}
	return nil
}
