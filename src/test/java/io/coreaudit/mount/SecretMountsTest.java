package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretMountsTest {
  private static final String UID = "7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e";
  private static final String STATIC_UID = "8bb37e95cba9472a9c8d953e1eee4354";
  private static final String PODS = "/var/lib/kubelet/pods/" + UID;

  private final SecretMounts secrets = new SecretMounts(SecretMounts.DEFAULT_MATCH);

  private static Mount mount(String path, String type) {
    return new Mount(0, 64, 63, 0, 39, "/", path, type, "tmpfs", "rw", "rw", "");
  }

  private static Mount tmpfs(String path) {
    return mount(path, "tmpfs");
  }

  private static SecretVolume volume(String glob, String path) {
    return new SecretMounts(List.of(glob)).volume(tmpfs(path));
  }

  @ParameterizedTest
  @CsvSource({
    "/var/lib/kubelet, secret, db-creds,",
    "/var/lib/kubelet, projected, kube-api-access-x8k2p,",
    "/var/lib/kubelet, csi, secrets-store-inline, /mount",
    "/var/lib/origin/openshift.local.volumes, secret, deployer-token-4d7pl,",
    "/host/var/lib/kubelet, secret, a,",
    "/k, secret, mount,",
    "'', secret, a,",
  })
  void shouldNamePodAndVolumeUnderAnyRoot(String root, String kind, String name, String tail) {
    for (String uid : List.of(UID, STATIC_UID)) {
      String end = tail == null ? "" : tail;
      Mount mount =
          tmpfs(root + "/pods/" + uid + "/volumes/kubernetes.io~" + kind + "/" + name + end);
      assertThat(secrets.volume(mount)).isEqualTo(new SecretVolume(uid, kind, name, mount));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PODS + "/volumes/kubernetes.io~configmap/c",
        PODS + "/volumes/kubernetes.io~empty-dir/e",
        PODS + "/volumes/kubernetes.io~downward-api/d",
        PODS + "/volumes/kubernetes.io~csi/pv",
        PODS + "/volumes/kubernetes.io~secret/a/mount",
        PODS + "/volumes/kubernetes.io~secret",
        PODS + "/volumes/kubernetes.io~secret/a/b",
        PODS + "/volumes/kubernetes.io~secrets/a",
        PODS + "/volumes/kubernetesXio~secret/a",
        PODS + "/volume-subpaths/db-creds/app/0",
        "/var/lib/kubelet/pods/volumes/kubernetes.io~secret/a",
        "/var/lib/kubelet/mypods/" + UID + "/volumes/kubernetes.io~secret/a",
        "/var/lib/kubelet/pods/a/b/volumes/kubernetes.io~secret/a",
        "pods/" + UID + "/volumes/kubernetes.io~secret/a",
        "/run/secrets/kubernetes.io/serviceaccount",
        "/",
        "",
      })
  void shouldPassOverWhatIsNoSecret(String path) {
    assertThat(secrets.volume(tmpfs(path))).isNull();
  }

  @Test
  void shouldTakeOnlyATmpfs() {
    String path = PODS + "/volumes/kubernetes.io~csi/pv/mount";
    assertThat(secrets.volume(mount(path, "ext4"))).isNull();
    assertThat(secrets.volume(mount(path, "ramfs"))).isNull();
    assertThat(secrets.volume(tmpfs(path))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"with space", "new\nline", "\n", "é漢", "a\\b", "..", "*", "\uDCFF", "😀", "a~b"})
  void shouldKeepStrangeNames(String name) {
    Mount mount = tmpfs("/k/pods/" + name + "/volumes/kubernetes.io~secret/" + name);
    assertThat(secrets.volume(mount)).isEqualTo(new SecretVolume(name, "secret", name, mount));
  }

  @Test
  void shouldReadTheLastTailOfANestedPath() {
    Mount mount =
        tmpfs(PODS + "/volumes/kubernetes.io~empty-dir/e/pods/u/volumes/kubernetes.io~secret/s");
    assertThat(secrets.volume(mount)).isEqualTo(new SecretVolume("u", "secret", "s", mount));
  }

  @Test
  void shouldTakeWhatMatchesAndHasNoTailToo() {
    Mount mount = tmpfs("/run/vault/a");
    assertThat(new SecretMounts(List.of("/none", "/run/vault/*")).volume(mount))
        .isEqualTo(new SecretVolume("", "", "", mount));
    assertThat(new SecretMounts(List.of()).volume(mount)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "/a/*,        /a/b,       true",
    "/a/*,        /a/,        true",
    "/a/*,        /a,         false",
    "/a/*,        /a/b/c,     false",
    "/a/b*d,      /a/bcd,     true",
    "/a/**,       /a/b/c,     true",
    "/a/**,       /ab,        false",
    "/a/**/z,     /a/z,       true",
    "/a/**/z,     /a/b/c/z,   true",
    "/a/**/z,     /a/bz,      false",
    "/a**z,       /ab/cz,     true",
    "/a?c,        /abc,       true",
    "/a?c,        /a/c,       false",
    "/a?c,        /ac,        false",
    "/a?c,        /a😀c,       true",
    "/a.c,        /abc,       false",
    "'/a\\*',     /a*,        true",
    "'/a\\*',     /ab,        false",
    "'/a\\\\b',   '/a\\b',    true",
    "'/[a](b){c}+^$|', '/[a](b){c}+^$|', true",
    "/é😀,        /é😀,        true",
  })
  void shouldMatchAsTheTableSays(String glob, String path, boolean matches) {
    assertThat(volume(glob, path) != null).isEqualTo(matches);
  }

  @Test
  void shouldNotStumbleOverLinesInAPath() {
    assertThat(volume("/a/*", "/a/b\nc")).isNotNull();
    assertThat(volume("/a/**", "/a/b\n/c")).isNotNull();
    assertThat(volume("/a?b", "/a\nb")).isNotNull();
    assertThat(volume("/a", "/a\n")).isNull();
  }

  @Test
  void shouldNameAGlobThatIsNone() {
    assertThatThrownBy(() -> new SecretMounts(List.of("/a", "pods/*")))
        .hasMessage("glob \"pods/*\" does not begin with /");
    assertThatThrownBy(() -> new SecretMounts(List.of("/a\\")))
        .hasMessage("glob \"/a\\\" ends in a lone \\");
  }
}
