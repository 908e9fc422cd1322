package aurora

import "time"

// Health is the health of a component.
type Health string

// The health values.
const (
	Healthy   Health = "healthy"
	Unhealthy Health = "unhealthy"
	Stopped   Health = "stopped"
)

// Component is one process of a stack.
type Component struct {
	// Name is "engine", "broker", "worker", "generator" or "supervisor".
	Name    string    `json:"name"`
	Health  Health    `json:"health"`
	Address string    `json:"address,omitempty"`
	PID     int       `json:"pid,omitempty"`
	Version string    `json:"version,omitempty"`
	Detail  string    `json:"detail,omitempty"`
	Started time.Time `json:"started,omitzero"`
	RSS     int64     `json:"rss_bytes,omitempty"`
	// Restarts counts how often the supervisor had to start it again.
	Restarts int `json:"restarts,omitempty"`
}

// Stack is the platform as it runs.
type Stack struct {
	Target     string      `json:"target"`
	DataDir    string      `json:"data_dir"`
	Components []Component `json:"components"`
}

// StackSpec says what a local stack runs beside its engine and its worker.
type StackSpec struct {
	// EnginePort is the port of the embedded engine, on loopback.
	EnginePort int `json:"engine_port"`
	// Broker says that the development broker runs, at BrokerPort.
	Broker     bool `json:"broker"`
	BrokerPort int  `json:"broker_port,omitempty"`
	// Demo says that a generator produces events to the topic clicks.
	Demo bool `json:"demo"`
}

// Status is the whole picture: stack, pipelines and workers.
type Status struct {
	Health    Health     `json:"health"`
	Stack     Stack      `json:"stack"`
	Pipelines []Pipeline `json:"pipelines"`
	Workers   []Worker   `json:"workers"`
}

// Action is one step of a plan.
type Action struct {
	// Verb is "create", "start", "stop", "remove", "keep" or "change".
	Verb string `json:"verb"`
	// What names the thing, "table aurora.clicks" say.
	What   string `json:"what"`
	Detail string `json:"detail,omitempty"`
}

// Plan is what a verb would do. Show it, then apply it.
type Plan struct {
	// Verb is "connect", "disconnect", "up" or "down".
	Verb    string   `json:"verb"`
	Actions []Action `json:"actions"`
	// DDL holds the statements that would be run.
	DDL []string `json:"ddl,omitempty"`
	// Sample is what connect saw in the topic.
	Sample *Sample `json:"sample,omitempty"`
	// Pipeline is the pipeline that connect or disconnect is about.
	Pipeline *Pipeline `json:"pipeline,omitempty"`
	// Nothing says that everything is as it should be already.
	Nothing bool     `json:"nothing"`
	Notes   []string `json:"notes,omitempty"`
	// DropTable says that disconnect removes the table as well.
	DropTable bool `json:"drop_table,omitempty"`
	// Purge says that down deletes the data.
	Purge bool `json:"purge,omitempty"`
	// Stack is what up runs.
	Stack *StackSpec `json:"stack,omitempty"`
}
