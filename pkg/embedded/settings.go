package embedded

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// The durabilities: against the end of the process, or of the machine's power.
const (
	DurabilityProcess = "process"
	DurabilityPower   = "power"
)

// folders are the places one engine uses.
type folders struct {
	data    string // the engine's own files
	run     string // lock, run file, secrets
	conf    string // written at each start
	empty   string // working directory and user files: nothing to read there
	backups string
}

func openFolders(dataDir string) (folders, error) {
	run := filepath.Join(dataDir, "run")
	f := folders{
		data: filepath.Join(dataDir, "clickhouse"), run: run, conf: filepath.Join(run, "engine"),
		empty: filepath.Join(run, "engine", "empty"), backups: filepath.Join(dataDir, "backups"),
	}
	// the engine sees files of its working directory as tables: begin with none
	if err := os.RemoveAll(f.empty); err != nil {
		return f, unwritable(f.empty, err)
	}
	for _, dir := range []string{f.data, f.run, f.conf, f.empty, f.backups} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return f, unwritable(dir, err)
		}
		if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
			return f, unwritable(dir, err)
		}
	}
	return f, nil
}

const serverSettings = `<clickhouse>
  <log-level>error</log-level>
  <timezone>UTC</timezone>
  <max_server_memory_usage>%s</max_server_memory_usage>
  <users_config>%s</users_config>
  <user_files_path>%s/</user_files_path>
  <backups><allowed_path>%s/</allowed_path></backups>
  <merge_tree>%s</merge_tree>
</clickhouse>
`

const powerSettings = `<fsync_after_insert>1</fsync_after_insert><fsync_part_directory>1</fsync_part_directory>`

// userSettings keeps the engine's own user without rights of its own: what a
// connection may do comes from the role that it takes. No role has SOURCES, so
// no statement reaches a file or an address through a table function.
const userSettings = `<clickhouse>
  <profiles><default>
    <async_insert>0</async_insert>
    <implicit_select>0</implicit_select>
    <http_max_tries>1</http_max_tries>
    <deduplicate_blocks_in_dependent_materialized_views>1</deduplicate_blocks_in_dependent_materialized_views>
  </default></profiles>
  <roles>
    <ask><grants><query>GRANT SELECT ON aurora.*</query></grants></ask>
    <rw><grants><query>GRANT SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE, SHOW, KILL QUERY, BACKUP, SYSTEM, dictGet, TABLE ENGINE ON *.*</query></grants></rw>
  </roles>
  <users><default>
    <password></password>
    <networks><ip>::/0</ip></networks>
    <profile>default</profile>
    <quota>default</quota>
    <grants><query>GRANT ask</query><query>GRANT rw</query></grants>
  </default></users>
  <quotas><default/></quotas>
</clickhouse>
`

// writeSettings writes the engine's configuration and gives its arguments.
func writeSettings(f folders, durability string) ([]string, error) {
	mergeTree := ""
	switch durability {
	case "", DurabilityProcess:
	case DurabilityPower:
		mergeTree = powerSettings
	default:
		return nil, aurora.Usage("unknown durability %q", "use --durability process or --durability power", durability)
	}
	server := filepath.Join(f.conf, "config.xml")
	users := filepath.Join(f.conf, "users.xml")
	content := fmt.Sprintf(serverSettings, strconv.FormatUint(memoryLimit(), 10), escape(users), escape(f.empty), escape(f.backups), mergeTree)
	if err := aurora.ReplaceFile(server, []byte(content)); err != nil {
		return nil, unwritable(server, err)
	}
	if err := aurora.ReplaceFile(users, []byte(userSettings)); err != nil {
		return nil, unwritable(users, err)
	}
	return []string{"--path=" + f.data, "--config-file=" + server, "--log-level=error"}, nil
}

func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}

// memoryLimit leaves the machine two fifths of its memory.
func memoryLimit() uint64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0 // the engine's own default
	}
	return info.Totalram * uint64(info.Unit) / 5 * 3
}
