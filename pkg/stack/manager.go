package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/aurora-analytics/aurora/pkg/aurora"
)

// DefaultEnginePort and DefaultBrokerPort are the ports the parts take when they are free.
const (
	DefaultEnginePort = 8361
	DefaultBrokerPort = 19092
)

// Probe asks a part whether it answers, and gives its version.
type Probe func(ctx context.Context, r RunFile) (version string, err error)

// Manager plans, starts, watches and stops the stack of a data folder.
type Manager struct {
	Dir        Dir
	Executable string
	Env        []string
	Probes     map[string]Probe
	// Library tells whether the engine library is installed; its error says what to do.
	Library func() error
}

// PlanUp says what `up` would start; plan.Stack is the spec it settled on.
func (m *Manager) PlanUp(ctx context.Context, o aurora.StackSpec) (aurora.Plan, error) {
	if err := m.Dir.Prepare(); err != nil {
		return aurora.Plan{}, err
	}
	if err := m.Library(); err != nil {
		return aurora.Plan{}, err
	}
	running := m.Dir.held("supervisor") != 0
	old, known := m.Dir.ReadSpec()
	spec := aurora.StackSpec{
		EnginePort: old.EnginePort, BrokerPort: old.BrokerPort,
		// `up` only adds; what a killed supervisor ran comes back, and `down` forgets it.
		Broker: o.Broker || o.Demo || old.Broker, Demo: o.Demo || old.Demo,
	}
	plan := aurora.Plan{Verb: "up"}
	if running && known && spec == old && m.healthy(ctx) && m.stays(ctx) {
		plan.Nothing, plan.Stack = true, &old
		return plan, nil
	}
	for _, name := range parts(spec) {
		if running && slices.Contains(parts(old), name) {
			continue
		}
		if pid := m.Dir.alone(name); pid != 0 {
			return aurora.Plan{}, runsAlone(name, pid, m.Dir)
		}
	}
	if err := m.choosePorts(&spec, old, running, &plan); err != nil {
		return aurora.Plan{}, err
	}
	for _, name := range parts(spec) {
		if running && slices.Contains(parts(old), name) {
			continue
		}
		plan.Actions = append(plan.Actions, aurora.Action{Verb: "start", What: name, Detail: address(name, spec)})
	}
	plan.Stack = &spec
	return plan, nil
}

func (m *Manager) choosePorts(spec *aurora.StackSpec, old aurora.StackSpec, running bool, plan *aurora.Plan) error {
	choose := func(part string, current, standard int, port *int) error {
		if running && current != 0 && slices.Contains(parts(old), part) {
			return nil
		}
		if current == 0 {
			current = standard
		}
		chosen, owner, err := ChoosePort(current)
		if err != nil {
			return err
		}
		if owner != "" && m.comesFree(current) {
			chosen, owner = current, ""
		}
		if owner != "" {
			plan.Notes = append(plan.Notes, fmt.Sprintf("port %d is taken by %s; the %s uses %d", current, owner, part, chosen))
		}
		*port = chosen
		return nil
	}
	if err := choose(PartEngine, spec.EnginePort, DefaultEnginePort, &spec.EnginePort); err != nil {
		return err
	}
	if !spec.Broker {
		return nil
	}
	return choose(PartBroker, spec.BrokerPort, DefaultBrokerPort, &spec.BrokerPort)
}

// comesFree tells whether a port is held by a part of this folder that a killed
// supervisor left behind: it is stopping.
func (m *Manager) comesFree(port int) bool { return m.Dir.belongsTo(portOwner(port)) }

func address(part string, spec aurora.StackSpec) string {
	switch part {
	case PartEngine:
		return fmt.Sprintf("127.0.0.1:%d", spec.EnginePort)
	case PartBroker:
		return fmt.Sprintf("127.0.0.1:%d", spec.BrokerPort)
	case PartGenerator:
		return fmt.Sprintf("topic %s, %d events/s", DemoTopic, DemoRate)
	}
	return ""
}

// Up starts what the spec names and waits until every part answers. Progress
// is called for each part as it answers.
func (m *Manager) Up(ctx context.Context, spec aurora.StackSpec, progress func(aurora.Component)) error {
	if err := aurora.ReplaceJSON(m.Dir.Run("stack.json"), spec); err != nil {
		return unwritable(string(m.Dir), err)
	}
	if m.Dir.held("supervisor") == 0 {
		_ = os.Remove(m.Dir.Run("supervisor.json"))
		if err := m.spawnSupervisor(); err != nil {
			return err
		}
	}
	return m.awaitReady(ctx, spec, progress)
}

// spawnSupervisor starts the supervisor in a session of its own, so that it outlives this command and its terminal.
func (m *Manager) spawnSupervisor() error {
	log, err := openLog(m.Dir.Log("supervisor"))
	if err != nil {
		return unwritable(string(m.Dir), err)
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(m.Executable, "supervise", "--data-dir", string(m.Dir))
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.Dir = m.Env, log, log, string(m.Dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the supervisor: %w", err)
	}
	return cmd.Process.Release()
}

// patience is how often a part may end before `up` gives up on it.
const patience = 5

func (m *Manager) awaitReady(ctx context.Context, spec aurora.StackSpec, progress func(aurora.Component)) error {
	reported := map[string]bool{}
	for {
		stack := m.Stack(ctx)
		ready := true
		for _, c := range stack.Components {
			if c.Name == "supervisor" {
				continue
			}
			if c.Health != aurora.Healthy {
				ready = false
				if c.Restarts > 0 {
					if err := m.moveAway(c.Name, &spec); err != nil {
						return err
					}
				}
				if c.Restarts >= patience {
					return m.notStarting(c)
				}
			} else if !reported[c.Name] {
				reported[c.Name] = true
				progress(c)
			}
		}
		if ready && len(reported) >= len(parts(spec)) { // more, when another part runs alone
			return nil
		}
		select {
		case <-ctx.Done():
			return m.notReady(ctx, stack)
		case <-time.After(25 * time.Millisecond):
		}
	}
}

// moveAway gives a part another port when somebody took its own after the plan was made.
func (m *Manager) moveAway(part string, spec *aurora.StackSpec) error {
	port := map[string]*int{PartEngine: &spec.EnginePort, PartBroker: &spec.BrokerPort}[part]
	if _, alive := m.Dir.ReadRunFile(part); alive || port == nil {
		return nil
	}
	chosen, owner, err := ChoosePort(*port)
	if err != nil || owner == "" || m.comesFree(*port) {
		return err
	}
	*port = chosen
	if err := aurora.ReplaceJSON(m.Dir.Run("stack.json"), *spec); err != nil {
		return unwritable(string(m.Dir), err)
	}
	return nil
}

func (m *Manager) notStarting(c aurora.Component) error {
	return &aurora.Error{Code: aurora.CodeStackUnhealthy, Title: "the " + c.Name + " does not start", Detail: c.Detail,
		Hint: "aurora doctor; the log is " + m.Dir.Log(c.Name)}
}

func (m *Manager) notReady(ctx context.Context, stack aurora.Stack) error {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	var missing []string
	for _, c := range stack.Components {
		if c.Health != aurora.Healthy {
			missing = append(missing, c.Name)
		}
	}
	return &aurora.Error{Code: aurora.CodeTimeout, Title: "the stack is not ready in time", Detail: "no answer from: " + strings.Join(missing, ", "),
		Hint: "aurora status; the logs are in " + filepath.Dir(m.Dir.Log("x")), Err: ctx.Err()}
}

// stays tells whether the supervisor outlives a moment: one that was killed just now
// holds its lock until the kernel has cleared it away.
func (m *Manager) stays(ctx context.Context) bool {
	wait(ctx, 50*time.Millisecond)
	return m.Dir.held("supervisor") != 0
}

func (m *Manager) healthy(ctx context.Context) bool {
	for _, c := range m.Stack(ctx).Components {
		if c.Health != aurora.Healthy {
			return false
		}
	}
	return true
}

// Stack gives the stack as it runs: each part of the spec, asked whether it answers.
func (m *Manager) Stack(ctx context.Context) aurora.Stack {
	stack := aurora.Stack{Target: "local", DataDir: string(m.Dir), Components: []aurora.Component{}}
	spec, known := m.Dir.ReadSpec()
	var state supervisorState
	_ = readJSON(m.Dir.Run("supervisor.json"), &state)
	for _, name := range []string{PartEngine, PartBroker, PartWorker, PartGenerator} {
		declared := known && slices.Contains(parts(spec), name)
		if _, alive := m.Dir.ReadRunFile(name); declared || alive {
			stack.Components = append(stack.Components, m.component(ctx, name, spec, state, declared))
		}
	}
	if !known {
		return stack
	}
	supervisor := aurora.Component{Name: "supervisor", Health: aurora.Stopped}
	if pid := m.Dir.held("supervisor"); pid != 0 {
		supervisor = aurora.Component{Name: "supervisor", Health: aurora.Healthy, PID: pid, Started: state.Started, RSS: ResidentBytes(pid)}
	}
	stack.Components = append(stack.Components, supervisor)
	return stack
}

func (m *Manager) component(ctx context.Context, name string, spec aurora.StackSpec, state supervisorState, declared bool) aurora.Component {
	c := aurora.Component{Name: name, Health: aurora.Stopped}
	var child partState
	if i := slices.IndexFunc(state.Parts, func(p partState) bool { return p.Name == name }); i >= 0 {
		child = state.Parts[i]
		c.Restarts, c.Detail = child.Restarts, child.LastError
	}
	supervised := declared && m.Dir.held("supervisor") != 0
	r, alive := m.Dir.ReadRunFile(name)
	if !alive || supervised && r.PID != child.PID { // not started, or left behind by an earlier supervisor
		if supervised {
			c.Health = aurora.Unhealthy
		}
		return c
	}
	c.PID, c.Address, c.Version, c.Started, c.RSS = r.PID, r.Address, r.Version, r.Started, ResidentBytes(r.PID)
	c.Health, c.Detail = aurora.Healthy, ""
	if name == PartGenerator {
		c.Detail = address(name, spec)
	}
	if probe := m.Probes[name]; probe != nil {
		probeCtx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		version, err := probe(probeCtx, r)
		if err != nil {
			c.Health, c.Detail = aurora.Unhealthy, err.Error()
		} else if version != "" {
			c.Version = version
		}
	}
	return c
}

// PlanDown says what `down` would stop and, with purge, delete.
func (m *Manager) PlanDown(purge bool) aurora.Plan {
	plan := aurora.Plan{Verb: "down", Purge: purge}
	spec, _ := m.Dir.ReadSpec()
	for _, name := range slices.Backward(parts(spec)) {
		if r, alive := m.Dir.ReadRunFile(name); alive && m.Dir.belongsTo(r.PID) {
			plan.Actions = append(plan.Actions, aurora.Action{Verb: "stop", What: name, Detail: fmt.Sprintf("process %d", r.PID)})
		}
	}
	if pid := m.Dir.held("supervisor"); pid != 0 {
		plan.Actions = append(plan.Actions, aurora.Action{Verb: "stop", What: "supervisor", Detail: fmt.Sprintf("process %d", pid)})
	}
	for _, h := range m.staying() {
		plan.Notes = append(plan.Notes, fmt.Sprintf("the %s (process %d) was started on its own and goes on", h.part, h.pid))
	}
	for _, folder := range m.purged() {
		if _, err := os.Stat(folder); err == nil && purge {
			plan.Actions = append(plan.Actions, aurora.Action{Verb: "remove", What: folder, Detail: "all of its data"})
		}
	}
	plan.Nothing = len(plan.Actions) == 0
	return plan
}

// purged lists the folders that --purge deletes: all but the engine library and backups.
func (m *Manager) purged() []string {
	var folders []string
	for _, name := range []string{"clickhouse", "broker", "worker", "logs", "run"} {
		folders = append(folders, filepath.Join(string(m.Dir), name))
	}
	return folders
}

// Down stops the supervisor, and with it every part; parts that an
// earlier supervisor left behind are stopped too. With purge the data goes.
func (m *Manager) Down(purge bool) error {
	if left := m.staying(); purge && len(left) > 0 {
		return runsAlone(left[0].part, left[0].pid, m.Dir)
	}
	if pid := m.Dir.held("supervisor"); pid != 0 {
		_ = syscall.Kill(pid, syscall.SIGTERM)
		if !waitGone(pid, 4*stopGrace) {
			return &aurora.Error{Code: aurora.CodeStackUnhealthy, Title: "the supervisor does not stop", Detail: fmt.Sprintf("process %d", pid), Hint: fmt.Sprintf("kill -9 %d, then aurora down again", pid)}
		}
	}
	for _, name := range []string{PartGenerator, PartWorker, PartBroker, PartEngine} {
		r, alive := m.Dir.ReadRunFile(name)
		if !alive || !m.Dir.belongsTo(r.PID) {
			continue
		}
		_ = syscall.Kill(r.PID, syscall.SIGTERM)
		if !waitGone(r.PID, stopGrace) {
			_ = syscall.Kill(r.PID, syscall.SIGKILL)
			waitGone(r.PID, time.Second)
		}
	}
	if !purge {
		return m.forget()
	}
	for _, folder := range m.purged() {
		if err := os.RemoveAll(folder); err != nil {
			return unwritable(folder, err)
		}
	}
	return nil
}

// forget makes the next `up` start the engine and the worker alone, at the ports they had.
func (m *Manager) forget() error {
	spec, known := m.Dir.ReadSpec()
	if !known || !spec.Broker && !spec.Demo {
		return nil
	}
	spec.Broker, spec.Demo = false, false
	if err := aurora.ReplaceJSON(m.Dir.Run("stack.json"), spec); err != nil {
		return unwritable(string(m.Dir), err)
	}
	return nil
}
