module shop.app {
  requires java.logging;
}
