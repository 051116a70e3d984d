import { WallView } from "wallcore";

export default {
  template: "<div></div>",
  props: { client: String, address: String, only: String },
  mounted() {
    this.view = new WallView(this.$el, { client: this.client, address: this.address, only: this.only });
  },
  unmounted() {
    this.view?.dispose();
  },
};
