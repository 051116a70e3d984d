// The trace of a run: its steps, their tasks, and per task the expected and the actual frame side by side.
// Which tasks are open is the viewer's, so it is kept here and not asked of the server.
export default {
  props: { steps: Array, follow: Boolean },
  emits: ["from"],
  data() { return { chosen: {}, missing: {} }; },
  template: `
    <ol class="dr-trace">
      <li v-for="step in steps" :key="step.id" class="dr-step">
        <div class="dr-step-head">
          <span class="dr-step-number">{{ step.number }}</span>
          <h2>{{ step.name }}</h2>
          <span class="dr-badge" :class="[step.tone, { live: step.live }]">{{ step.status }}</span>
          <span class="dr-note">{{ step.note }}</span>
          <span class="dr-space"></span>
          <button v-if="step.from" type="button" class="dr-plain" @click="$emit('from', { step: step.from, task: 1 })">Continue from here</button>
        </div>
        <p v-if="step.reason" class="dr-step-reason">{{ step.reason }}</p>
        <ol class="dr-tasks" v-if="step.tasks.length">
          <li v-for="task in step.tasks" :key="task.id" :class="{ open: opened(task) }">
            <button type="button" class="dr-task" :aria-expanded="opened(task) ? 'true' : 'false'" @click="toggle(task)">
              <span class="dr-task-number">{{ task.number }}</span>
              <span class="dr-dot" :class="task.tone" aria-hidden="true"></span>
              <span class="dr-task-name">{{ task.name }}</span>
              <span class="dr-task-kind">{{ task.kind }}</span>
              <span class="dr-task-text">{{ task.text }}</span>
              <span v-if="task.tries > 1" class="dr-badge warn">{{ task.tries }} attempts</span>
              <span v-if="task.once" class="dr-tag">once</span>
              <span class="dr-task-status" :class="task.tone">{{ task.status }}</span>
              <span class="dr-task-took">{{ task.took }}</span>
            </button>
            <div v-if="opened(task)" class="dr-task-body">
              <div class="dr-figures">
                <figure v-for="figure in task.figures" :key="figure.caption">
                  <figcaption><b>{{ figure.caption }}</b> {{ figure.words }}</figcaption>
                  <img v-if="figure.src && !missing[figure.src]" :src="figure.src" :alt="figure.caption + ': ' + figure.words" loading="lazy" @error="missing[figure.src] = true">
                  <div v-else class="dr-no-picture">{{ figure.src ? 'This picture is not kept any more' : figure.why }}</div>
                </figure>
              </div>
              <dl class="dr-facts">
                <template v-for="fact in task.facts" :key="fact[0]"><dt>{{ fact[0] }}</dt><dd>{{ fact[1] }}</dd></template>
              </dl>
              <button v-if="task.from" type="button" class="dr-plain" @click="$emit('from', { step: task.from, task: task.index })">Continue from this task</button>
            </div>
          </li>
        </ol>
        <p v-else class="dr-note dr-step-empty">{{ step.empty }}</p>
      </li>
    </ol>`,
  methods: {
    opened(task) { return this.chosen[task.id] ?? task.tone === "bad"; },
    toggle(task) { this.chosen[task.id] = !this.opened(task); },
  },
};
