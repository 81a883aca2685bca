// The shapes that travel between the server and the page. Names are those of the protocol.

export interface Text {
  zh: string;
  en?: string | null;
}
export interface Place {
  text: string;
  lon?: number | null;
  lat?: number | null;
}

export interface ExerciseClock {
  real0: string | number;
  sim0: string | number;
  rate: [number, number];
  paused: boolean;
}
export interface Operation {
  id: string;
  kind: 'live' | 'drill' | 'what_if';
  title: string | Text;
  clock: ExerciseClock | null;
}
export interface Organisation {
  id: string;
  name: Text;
  level: 'government' | 'department' | 'enterprise' | 'community';
  parent: string | null;
  state: 'active' | 'dissolved';
}
export type TeamState =
  | 'available'
  | 'ordered'
  | 'acknowledged'
  | 'en_route'
  | 'on_scene'
  | 'working'
  | 'released'
  | 'out_of_service';
export interface Team {
  id: string;
  name: Text;
  organisation: string;
  kind: string;
  strength: number;
  base: Place | null;
  state: TeamState;
  incident: string | null;
  dispatch: string | null;
  since: string | null;
  due_at: string | null;
  due_rule: string | null;
  lon: number | null;
  lat: number | null;
  precision: string | null;
}
export type Grade = 'particularly_major' | 'major' | 'large' | 'ordinary';
export interface Incident {
  id: string;
  kind: string;
  field: string;
  text: string;
  place: Place;
  state: 'reported' | 'verified' | 'false_alarm';
  grade: Grade | null;
  declared_major: boolean;
  reported_at: string;
  reported_precision: string;
  dead: number | null;
  serious: number | null;
  injured: number | null;
  missing: number | null;
  loss_yuan: number | null;
  commander: string | null;
  teams: number;
  dispatches: string[];
  merged_into: string | null;
  position: number;
}
export interface Milestone {
  at: string;
  precision: string;
  source: string;
  position: number;
  late?: boolean;
  corrected?: boolean;
}
export interface Dispatch {
  id: string;
  team: string;
  incident: string;
  state: string;
  milestones: Record<string, Milestone | null | undefined>;
}
export interface Entry {
  position: number;
  kind: string;
  type: string;
  incident: string | null;
  team: string | null;
  args: Record<string, unknown>;
  text: Text;
  post: string | null;
  occurred_at: string;
  precision: string;
  recorded_at: string;
  significant: boolean;
  late: boolean;
  struck: boolean;
}
export type Level = 'I' | 'II' | 'III' | 'IV';
export interface Plan {
  id: string;
  title: Text;
  owner: string;
  level: Organisation['level'] | null;
  version: number;
  valid: { from: string; to: string };
  levels: Level[];
  kind: string;
  events: string[];
  retired: boolean;
}
export interface Activation {
  id: string;
  plan: string;
  version: number;
  level: Level | null;
  incident: string;
  state: 'stood_by' | 'active' | 'ended';
  at: string;
  since: string;
  link: string | null;
  cause: string | null;
  owner: string;
  authority: string | null;
  released: boolean;
  warning: string | null;
  by: string;
  position: number;
}
export interface Proposal {
  id: string;
  plan: string;
  version: number;
  level: Level;
  incident: string;
  authority: string;
  opened_at: string;
  due_at: string | null;
  link: string | null;
  position: number;
}
export interface Task {
  id: string;
  activation: string;
  incident: string;
  plan_task: string;
  title: string;
  post: string;
  state: 'open' | 'started' | 'completed' | 'skipped';
  opened_at: string;
  due_at: string | null;
  done_at: string | null;
  critical: boolean;
  evidence: string | null;
  duty: string | null;
  citation: string | null;
  position: number;
}
export interface PlanLink {
  id: string;
  activation: string;
  incident: string;
  plan: string;
  kind: 'notify' | 'activate' | 'request' | 'hand_over' | 'warn';
  plan_link: string;
  to_post: string;
  to_plan: string | null;
  to_level: Level | null;
  asks: string | null;
  state: 'open' | 'acknowledged' | 'accepted' | 'declined' | 'satisfied';
  answered: boolean;
  text: string;
  channel: string | null;
  opened_at: string;
  due_at: string | null;
  first_due_at: string | null;
  timed_out: boolean;
  escalated: string[];
  acknowledged_at: string | null;
  answered_at: string | null;
  citation: string | null;
  position: number;
}
export interface Shape {
  circle?: [number, number] | null;
  radius_m?: number | null;
  polygon?: [number, number][];
  line?: [number, number][];
}
export interface Control {
  id: string;
  incident: string;
  kind: 'traffic' | 'cordon' | 'evacuation' | 'shelter_in_place';
  area: string;
  state: 'ordered' | 'in_force' | 'lifted';
  shape: Shape | null;
  ring: 'hot' | 'warm' | 'cold' | 'outer' | null;
  executing: string;
  by: string;
  ordered_at: string;
  in_force_at: string | null;
  reviewed_at: string | null;
  lifted_at: string | null;
  until: string | null;
  exceptions: string[];
  evacuated: { expected: number; moved: number; refused: number } | null;
  sites: { kind: string; name: string; at: [number, number] }[];
  version: number;
  position: number;
}
export interface Warning {
  id: string;
  kind: 'government' | 'signal';
  hazard_type: string;
  colour: 'red' | 'orange' | 'yellow' | 'blue';
  area: string;
  text: string;
  begins: string;
  ends: string | null;
  since: string;
  addressees: string[];
  acknowledged: string[];
  position: number;
}
export type Severity = 'critical' | 'warning' | 'notice';
export interface Finding {
  id: string;
  rule: string;
  subject: string;
  severity: Severity;
  zh: string;
  en: string;
  opened_at: string;
  incident: string | null;
  owner: string | null;
  acknowledged_by: string | null;
  evidence: number[];
  position: number;
}
export interface Obligation {
  id: string;
  kind: string;
  owner: string;
  subject: string;
  zh: string;
  en: string;
  basis_at: string;
  due_at: string;
  until: string | null;
  citation: string;
  incident: string | null;
  missed: boolean;
}
export interface Report {
  id: string;
  incident: string;
  kind: 'first' | 'supplement' | 'final';
  number: number;
  to: string;
  by: string;
  known_at: string;
  filed_at: string;
  late_s: number;
  position: number;
}
export interface Rows {
  operation: Operation;
  organisation: Organisation;
  team: Team;
  incident: Incident;
  dispatch: Dispatch;
  plan: Plan;
  activation: Activation;
  proposal: Proposal;
  task: Task;
  link: PlanLink;
  control: Control;
  warning: Warning;
  finding: Finding;
  obligation: Obligation;
  report: Report;
}
export type RowKind = keyof Rows;
export type RowPatch = [kind: string, id: string, position: number, row: object | null];

export interface Hello {
  type: 'hello';
  protocol: number;
  operation: string;
  kind: string;
  epoch: string;
  position: number;
  server_time: string | number;
  build: string;
  clock?: ExerciseClock | null;
}
export interface Snapshot {
  type: 'snapshot';
  topic: string;
  epoch: string;
  position: number;
  rows: Record<string, object[]>;
  timeline: Entry[];
}
export interface Patch {
  type: 'patch';
  topic: string;
  after: number;
  position: number;
  rows: RowPatch[];
  timeline?: Entry[];
}
export interface Answer {
  type: 'answer';
  id: string;
  outcome: 'accepted' | 'refused' | 'error';
  positions?: number[];
  created?: Record<string, string>;
  repeated?: boolean;
  code?: string;
  message?: Text;
  details?: Record<string, any>;
}

export type Command = { type: string } & Record<string, any>;
export interface Envelope {
  type: 'command';
  id: string;
  command: Command;
  occurred_at?: string;
  source?: string;
  precision?: string;
  seen?: number;
}
export interface Meta {
  occurred_at?: string;
  source?: string;
  precision?: string;
}

export interface Session {
  user: string;
  organisation: string;
  post: string;
  post_name: Text;
  csrf: string;
  operations: { id: string; kind: string; title: string | Text }[];
}
export interface Tables {
  incident_kinds: { code: string; zh: string; en: string; field: string }[];
  team_kinds: { code: string; zh: string; en: string }[];
  posts?: { code: string; zh: string; en: string }[];
  targets?: { id: string; citation: string }[];
}

export type IncidentTab = 'overview' | 'teams' | 'plans' | 'controls' | 'record';
// What the panels share. Built in pages/board.js.
export type View =
  | { type: 'incident'; id: string; tab: IncidentTab }
  | { type: 'activation'; id: string }
  | { type: 'proposal'; id: string }
  | { type: 'activate'; incident: string | null; plan: string | null }
  | { type: 'finding'; id: string }
  | { type: 'findings'; tab: 'open' | 'cleared' }
  | { type: 'deadlines' }
  | { type: 'warnings' }
  | { type: 'team'; id: string }
  | { type: 'teams'; organisation: string | null; state: string | null; overdue: boolean }
  | { type: 'find'; text: string }
  | { type: 'report'; lon?: number; lat?: number };

export interface Ui {
  view: View | null;
  /** An inline form that is open in the drawer. */
  form: string | null;
  chosen: string | null;
  tab: string;
  theme: 'day' | 'night';
  significant: boolean;
  locked: boolean;
  picking: boolean;
  help: boolean;
  layers: { idle: boolean; labels: boolean };
}

export interface App {
  operation: string;
  base: string;
  session: Session;
  tables: Tables;
  store: import('./core/store').Store;
  clock: import('./core/clock').Clock;
  link: import('./core/net').Link;
  outbox: import('./core/outbox').Outbox;
  sound: import('./core/sound').Sound;
  keys: import('./core/keys').Keys;
  ui: Ui;
  /** Changes what only this page knows and redraws. */
  set(changes: Partial<Ui>): void;
  show(view: View | null): void;
  act(command: Command, label: string, meta?: Meta): void;
  dirty(...kinds: string[]): void;
  api(method: string, path: string, body?: object): Promise<any>;
  /** Puts text on the command line and goes there. */
  type(text: string): void;
  run(line: string): void;
  fit(): void;
  setLanguage(language: 'zh-CN' | 'en'): Promise<void>;
}

export interface Panel {
  /** What it must be redrawn for. */
  kinds: string[];
  draw(dirty: Set<string>): void;
  /** At most this often, in milliseconds. */
  every?: number;
}
