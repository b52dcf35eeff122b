package io.coreaudit.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The host of an agent in a container: a folder of files, where secrets are mounted while it runs,
/// and one for its state and configuration, which is the same inside.
final class ContainerHost implements AutoCloseable {
  private final Path files;
  private final Path shared;
  private final MountedSecrets secrets;
  private final AgentContainer container;
  private boolean sharesMounts;

  /// @param dir a folder of the test's
  ContainerHost(Path dir) throws IOException {
    container = new AgentContainer(dir);
    files = Files.createDirectory(dir.resolve("host"));
    shared = Files.createDirectory(dir.resolve("shared"));
    secrets = new MountedSecrets(files);
  }

  /// As on a node, where / is shared: what is mounted here later goes on to the container.
  void shareMounts() throws IOException, InterruptedException {
    Command.run("mount", "--bind", files.toString(), files.toString());
    sharesMounts = true;
    Command.run("mount", "--make-shared", files.toString());
  }

  Path files() {
    return files;
  }

  Path shared() {
    return shared;
  }

  MountedSecrets secrets() {
    return secrets;
  }

  AgentContainer container() {
    return container;
  }

  @Override
  public void close() throws IOException {
    container.close();
    secrets.close();
    if (sharesMounts) {
      MountedSecrets.unmount(files);
    }
  }
}
