// A table of rows that the server sends as JSON. A cell is {text, href, sub, tone, live, tags, mono, acts}.
export default {
  props: { label: String, columns: Array, rows: Array, empty: String },
  emits: ["act"],
  template: `
    <div class="dr-list-wrap" tabindex="0" role="region" :aria-label="label">
      <table class="dr-list" v-if="rows.length">
        <thead><tr><th v-for="column in columns" :key="column.key" scope="col" :class="column.kind">
          <span :class="{ 'dr-unseen': column.hidden }">{{ column.label }}</span></th></tr></thead>
        <tbody>
          <tr v-for="row in rows" :key="row.id" :data-row="row.id">
            <td v-for="column in columns" :key="column.key" :class="column.kind">
              <template v-for="cell in [row[column.key] || {}]">
                <span v-if="cell.tone !== undefined && cell.text" class="dr-badge" :class="[cell.tone, { live: cell.live }]">{{ cell.text }}</span>
                <a v-else-if="cell.href" :href="cell.href" class="main">{{ cell.text }}</a>
                <span v-else-if="cell.text" :class="{ 'dr-mono': cell.mono, main: cell.main }" :title="cell.title">{{ cell.text }}</span>
                <span v-for="tag in cell.tags || []" :key="tag" class="dr-tag">{{ tag }}</span>
                <div v-if="cell.sub" class="sub">{{ cell.sub }}</div>
                <button v-for="act in cell.acts || []" :key="act.act" type="button" class="dr-plain" :class="act.tone"
                        :aria-label="act.label + ': ' + row.id_words" @click="$emit('act', { row: row.id, act: act.act })">{{ act.label }}</button>
              </template>
            </td>
          </tr>
        </tbody>
      </table>
      <p v-else class="dr-empty">{{ empty }}</p>
    </div>`,
};
