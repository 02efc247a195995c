<?php
function total() {
  return 1 +;
}
