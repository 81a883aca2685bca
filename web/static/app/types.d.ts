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
export interface Rows {
  operation: Operation;
  organisation: Organisation;
  team: Team;
  incident: Incident;
  dispatch: Dispatch;
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
  targets?: { id: string; citation: string }[];
}

// What the panels share. Built in pages/board.js.
export type View =
  | { type: 'incident'; id: string; tab: 'overview' | 'teams' | 'record' }
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
