package io.coreaudit.agent.config;

import io.coreaudit.agent.config.Settings.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Reads YAML into settings: every known key, wherever it is nested, with its line.
///
/// It walks nodes, not objects, so that no value is turned into something else before its key says
/// what it is (`off`, `010`, `1e3` stay what was written).
final class YamlReader {
  private final Settings settings;
  private final String source;
  private final boolean lines;
  private final Map<String, Integer> firstLine = new HashMap<>();

  /// Creates a reader of one source.
  ///
  /// @param source name in messages
  /// @param lines whether lines are told
  YamlReader(Settings settings, String source, boolean lines) {
    this.settings = settings;
    this.source = source;
    this.lines = lines;
  }

  /// Reads a whole document.
  void readDocument(String yaml) {
    Node root = compose(yaml);
    if (root == null || absent(root)) {
      return;
    }
    if (root instanceof MappingNode mapping) {
      mapping(mapping, "");
    } else {
      settings.problem(
          where(root), "", "expected keys such as input: or sinks:, found " + kind(root));
    }
  }

  /// Reads the value of one key.
  void readValue(String path, String yaml) {
    Node root = compose(yaml);
    if (root != null) {
      value(path, root, where(root));
    }
  }

  private Node compose(String yaml) {
    try {
      Optional<Node> root =
          new Compose(LoadSettings.builder().setLabel(source).build()).composeString(yaml);
      return root.orElse(null);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      settings.problem(
          lines && line > 0 ? source + ":" + line : source,
          "",
          "not valid YAML: " + oneLine(e.getProblem() == null ? e.getMessage() : e.getProblem()));
    } catch (YamlEngineException e) {
      settings.problem(source, "", "not valid YAML: " + oneLine(e.getMessage()));
    }
    return null;
  }

  private void mapping(MappingNode node, String prefix) {
    for (NodeTuple tuple : node.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
        settings.problem(
            where(tuple.getKeyNode()), prefix, "expected a key, found " + kind(tuple.getKeyNode()));
        continue;
      }
      String path = prefix.isEmpty() ? keyNode.getValue() : prefix + "." + keyNode.getValue();
      Integer first = firstLine.putIfAbsent(path, line(keyNode));
      if (first != null) {
        settings.problem(
            where(keyNode), path, "given twice" + (lines ? ", first in line " + first : ""));
        continue;
      }
      value(path, tuple.getValueNode(), where(keyNode));
    }
  }

  private void value(String path, Node node, String where) {
    ConfigKey key = ConfigKey.named(path);
    boolean section = ConfigKey.section(path);
    if (path.equals(ConfigKey.SINKS)) {
      sinks(node, where);
    } else if (section && node instanceof MappingNode mapping) {
      mapping(mapping, path);
    } else if (key != null) {
      leaf(key, path, node, where);
    } else if (!section) {
      settings.problem(where, path, "unknown key" + KeyHint.of(path));
    } else if (!absent(node)) {
      settings.problem(where, path, "expected keys below it, found " + kind(node));
    }
  }

  private void sinks(Node node, String where) {
    if (!(node instanceof SequenceNode sequence)) {
      if (!absent(node)) {
        settings.problem(
            where,
            ConfigKey.SINKS,
            "expected a list of sinks (- type: tcp ...), found " + kind(node));
      }
      return;
    }
    settings.clearSinks();
    int sink = 0;
    for (Node element : sequence.getValue()) {
      String path = ConfigKey.SINKS + "." + sink;
      if (element instanceof MappingNode mapping) {
        settings.addSink(where(element));
        mapping(mapping, path);
        sink++;
      } else {
        settings.problem(
            where(element), path, "expected a sink's keys (type: tcp ...), found " + kind(element));
      }
    }
  }

  private void leaf(ConfigKey key, String path, Node node, String where) {
    boolean list = key.type() instanceof ValueType.Many;
    boolean special =
        key.type() instanceof ValueType.Many many
            && node instanceof ScalarNode word
            && word.getValue().equals(many.special());
    if (absent(node)) {
      settings.problem(
          where,
          path,
          "has no value: expected "
              + key.type().expected()
              + " (leave the key out for the default)");
    } else if (list && node instanceof SequenceNode sequence) {
      List<String> texts = new ArrayList<>();
      for (Node element : sequence.getValue()) {
        if (element instanceof ScalarNode scalar && !absent(scalar)) {
          texts.add(scalar.getValue());
        } else {
          settings.problem(
              where(element),
              path,
              "expected " + key.type().expected() + ", found " + kind(element) + " in it");
        }
      }
      settings.put(path, new Setting(texts, true, where));
    } else if ((!list || special) && node instanceof ScalarNode scalar) {
      settings.put(path, new Setting(List.of(scalar.getValue()), false, where));
    } else {
      settings.problem(where, path, "expected " + key.type().expected() + ", found " + kind(node));
    }
  }

  private static boolean absent(Node node) {
    return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
  }

  private static String kind(Node node) {
    return switch (node) {
      case MappingNode _ -> "a mapping";
      case SequenceNode _ -> "a list";
      case ScalarNode scalar when absent(scalar) -> "nothing";
      case ScalarNode scalar -> "'" + oneLine(scalar.getValue()) + "'";
      default -> "something else";
    };
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private String where(Node node) {
    return lines ? source + ":" + line(node) : source;
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() > 120 ? line.substring(0, 117) + "..." : line;
  }
}
