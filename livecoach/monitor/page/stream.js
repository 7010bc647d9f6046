// One stream of frames from the server, kept alive over everything.

const SILENT_MS = 4000;

export class Stream {
  constructor(onFrame, onState) {
    this.onFrame = onFrame;
    this.onState = onState;
    this.url = null;
    this.source = null;
    this.lastMs = 0;
    this.timer = setInterval(() => this.watch(), 1000);
    addEventListener("online", () => this.reopen());
    document.addEventListener("visibilitychange", () => this.watch());
  }

  open(url) {
    this.url = url;
    this.reopen();
  }

  reopen() {
    if (this.source) this.source.close();
    this.lastMs = performance.now();
    const source = new EventSource(this.url);
    this.source = source;
    source.onmessage = (event) => {
      if (source !== this.source) return;
      this.lastMs = performance.now();
      this.onState("");
      this.onFrame(JSON.parse(event.data));
    };
    source.onerror = () => {
      if (source === this.source) this.broken();
    };
  }

  // A dead connection may give no sign: silence is one.
  watch() {
    if (document.hidden || !this.url || performance.now() - this.lastMs < SILENT_MS) return;
    this.broken();
    this.reopen();
  }

  async broken() {
    this.onState("The monitor cannot be reached. What is shown is old. Trying again.");
    if (this.source.readyState !== EventSource.CLOSED) return;
    try {
      const response = await fetch("/api/session");
      if (response.status === 401) location.assign("/login");
    } catch {
      // still away: watch() tries again
    }
  }
}
