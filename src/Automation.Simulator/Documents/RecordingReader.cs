using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace Automation.Simulator.Documents;

/// <summary>
/// Reads a recording of a real device: one JSON file <c>{"data":{"ISAPI":{path:{"response":…}|{"status_code":403}}}}</c> with XML as
/// objects (<c>@x</c> attribute, <c>#text</c> text, array repetition, null empty element), or a folder of <c>.xml</c> and <c>.json</c>
/// documents filed by their path, e.g. <c>System/deviceInfo.xml</c>.
/// </summary>
internal static class RecordingReader
{
    private const long MaxFileBytes = 16 << 20;
    private const int MaxFiles = 2000;

    /// <exception cref="SimulatorException">It is not there, or not a recording.</exception>
    public static RecordedDocuments Read(SimulatedDevice device, string? baseFolder)
    {
        string path = Path.GetFullPath(device.Documents!, Path.GetFullPath(baseFolder ?? "."));
        try
        {
            var recorded = new RecordedDocuments();
            if (Directory.Exists(path)) ReadFolder(recorded, path);
            else ReadRecording(recorded, path);
            return recorded.Count > 0 ? recorded : throw new FormatException("there is no document in it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or XmlException or FormatException or InvalidOperationException)
        {
            throw new SimulatorException($"Device {device.Id}: its documents {path} cannot be read: {e.Message.ReplaceLineEndings(" ")}; give a recording, or a folder of .xml and .json files filed by path.", e);
        }
    }

    private static void ReadFolder(RecordedDocuments recorded, string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f) is ".xml" or ".json").Take(MaxFiles + 1).Order(StringComparer.Ordinal)];
        if (files.Length > MaxFiles) throw new FormatException($"there are more than {MaxFiles} files");
        foreach (string file in files)
        {
            string resource = Path.ChangeExtension(Path.GetRelativePath(folder, file), null).Replace(Path.DirectorySeparatorChar, '/');
            byte[] bytes = ReadFile(file);
            if (Path.GetExtension(file) == ".json")
            {
                if (JsonBody.TryRead(bytes) is null) throw new FormatException($"{resource}.json is not a JSON object");
                recorded.AddJson(resource, Encoding.UTF8.GetString(bytes));
            }
            else
            {
                recorded.AddXml(resource, Xml.TryRead(bytes)?.ToString() ?? throw new FormatException($"{resource}.xml is not well-formed XML"));
            }
        }
    }

    private static void ReadRecording(RecordedDocuments recorded, string file)
    {
        JsonNode? root = JsonNode.Parse(ReadFile(file), documentOptions: new() { MaxDepth = 64, AllowDuplicateProperties = false });
        if (JsonBody.Member(JsonBody.Member(root, "data"), "ISAPI") is not JsonObject paths) throw new FormatException("there is no object data/ISAPI in it");
        foreach ((string path, JsonNode? entry) in paths)
        {
            if (JsonBody.Int(JsonBody.Member(entry, "status_code")) is { } status and >= 400 and < 600) recorded.AddRefusal(path, status);
            else if (JsonBody.Member(entry, "response") is JsonObject { Count: 1 } response) recorded.AddXml(path, ToXml(response));
            else throw new FormatException($"{path} has neither a \"response\" with one root element nor a \"status_code\" from 400");
        }
    }

    private static byte[] ReadFile(string file) =>
        new FileInfo(file).Length <= MaxFileBytes ? File.ReadAllBytes(file) : throw new FormatException($"{Path.GetFileName(file)} is larger than {MaxFileBytes} bytes");

    private static string ToXml(JsonObject response)
    {
        var text = new StringBuilder();
        (string name, JsonNode? root) = response.Single();
        Write(text, name, root);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (JsonNode? item in list) Write(text, name, item);
            return;
        }

        text.Append('<').Append(XmlConvert.VerifyName(name));
        var element = node as JsonObject;
        foreach ((string key, JsonNode? value) in element ?? [])
        {
            if (key.StartsWith('@')) text.Append(' ').Append(XmlConvert.VerifyName(key[1..])).Append("=\"").Append(Xml.Escape(value?.ToString() ?? "")).Append('"');
        }

        text.Append('>');
        if (element is null) text.Append(Xml.Escape(node?.ToString() ?? ""));
        foreach ((string key, JsonNode? value) in element ?? [])
        {
            if (key == "#text") text.Append(Xml.Escape(value?.ToString() ?? ""));
            else if (!key.StartsWith('@')) Write(text, key, value);
        }

        text.Append("</").Append(name).Append(">\n");
    }
}
