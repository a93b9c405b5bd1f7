using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Automation.Core.Model;

namespace Automation.Host.Secrets;

/// <summary>The secrets of a data folder, each encrypted by itself (AES-256-GCM) in <c>secrets.json</c>. Never printed; read whole and written whole.</summary>
/// <remarks>
/// <code>
/// { "version": 1, "check": base64(nonce ‖ tag), "secrets": { "store-panel": base64(nonce ‖ ciphertext ‖ tag) } }
/// </code>
/// A secret's name is authenticated with it, so one cannot be put in another's place. The check is an empty text under the same key: it tells
/// a wrong key from a damaged secret. Who may read file and key may read the secrets; see docs/configuration.md.
/// </remarks>
internal sealed class SecretStore
{
    private const int Version = 1;
    private const string FileName = "secrets.json";
    private const string LockName = "secrets.lock";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>A thousand secrets of 200 characters; what is larger is no file of ours.</summary>
    private const int MaxFileBytes = 1 << 20;

    /// <summary>Most secrets of a data folder: one for each device of the largest site seen, and room.</summary>
    public const int MaxSecrets = 2_000;

    private readonly SortedDictionary<string, byte[]> _secrets = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly byte[]? _key;

    private SecretStore(string folder, byte[]? key)
    {
        _folder = folder;
        _key = key;
    }

    public IReadOnlyCollection<string> Names => _secrets.Keys;

    /// <summary>Opens what is kept; a folder without secrets is an empty store.</summary>
    /// <exception cref="SecretStoreException">The file is damaged, or the key is missing or another.</exception>
    public static SecretStore Open(string folder, Func<string, string?> environment)
    {
        string file = Path.Combine(folder, FileName);
        byte[]? key = SecretKey.Find(folder, environment);
        var store = new SecretStore(folder, key);
        if (!File.Exists(file)) return store;
        if (key is null) throw new SecretStoreException($"{file} holds secrets, but their key is missing: restore {SecretKey.Place(folder, environment)} from a backup, or delete {file} and set the secrets anew");
        store.Read(file, SecretKey.Place(folder, environment));
        return store;
    }

    /// <summary>Keeps a secret, in place of the one of that name; makes a key when there is none.</summary>
    /// <exception cref="SecretStoreException">What is there cannot be read, or the disk does not take it.</exception>
    public static void Set(string folder, string name, Secret value, Func<string, string?> environment) => Change(folder, environment, (store, key) =>
    {
        if (!store._secrets.ContainsKey(name) && store._secrets.Count >= MaxSecrets) throw new SecretStoreException($"{folder} keeps {MaxSecrets} secrets, which is as many as it takes: remove one first");
        store._secrets[name] = Encrypt(key(), name, Encoding.UTF8.GetBytes(value.Reveal()));
        return true;
    });

    /// <summary>False when there is no secret of that name.</summary>
    /// <exception cref="SecretStoreException">What is there cannot be read, or the disk does not take it.</exception>
    public static bool Remove(string folder, string name, Func<string, string?> environment) => Change(folder, environment, (store, _) => store._secrets.Remove(name));

    /// <summary>The secret; null when there is none of that name.</summary>
    /// <exception cref="SecretStoreException">It is damaged.</exception>
    public Secret? Find(string name)
    {
        if (!_secrets.TryGetValue(name, out byte[]? sealedBytes)) return null;
        return Decrypt(_key!, name, sealedBytes) is { } text ? new Secret(Encoding.UTF8.GetString(text)) : throw new SecretStoreException($"the secret '{name}' in {Path.Combine(_folder, FileName)} is damaged: run 'automation secret set {name}'");
    }

    private static bool Change(string folder, Func<string, string?> environment, Func<SecretStore, Func<byte[]>, bool> change)
    {
        FileStream held;
        try
        {
            Directory.CreateDirectory(folder);
            // Two changes at a time would lose one; the second is told to try again.
            held = new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretStoreException($"the secrets of {folder} cannot be changed now: {e.Message}", e);
        }

        using (held)
        {
            SecretStore store = Open(folder, environment);
            byte[]? key = store._key;
            byte[] keyOrNew() => key ??= SecretKey.Make(folder);
            if (!change(store, keyOrNew)) return false;
            store.Write(keyOrNew());
            return true;
        }
    }

    private void Read(string file, string keyPlace)
    {
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes) throw Damaged(file, "it is too large");
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { MaxDepth = 4 });
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version) throw Damaged(file, "it is of another version");
            if (Decrypt(_key!, "", root.GetProperty("check").GetBytesFromBase64()) is null) throw new SecretStoreException($"the secrets in {file} were encrypted with another key than {keyPlace} holds: put the right key there, or delete {file} and set the secrets anew");
            foreach (JsonProperty secret in root.GetProperty("secrets").EnumerateObject()) _secrets[secret.Name] = secret.Value.GetBytesFromBase64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw Damaged(file, "it is not what was written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretStoreException($"{file} cannot be read: {e.Message}", e);
        }
    }

    private static SecretStoreException Damaged(string file, string why) => new($"{file} is damaged ({why}): restore it from a backup, or delete it and set the secrets anew");

    private void Write(byte[] key)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WriteBase64String("check", Encrypt(key, "", []));
            writer.WriteStartObject("secrets");
            foreach ((string name, byte[] value) in _secrets) writer.WriteBase64String(name, value);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        SecretFile.Write(Path.Combine(_folder, FileName), buffer.ToArray());
    }

    private static byte[] Encrypt(byte[] key, string name, byte[] text)
    {
        var result = new byte[NonceBytes + text.Length + TagBytes];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(result.AsSpan(0, NonceBytes), text, result.AsSpan(NonceBytes, text.Length), result.AsSpan(NonceBytes + text.Length), Encoding.UTF8.GetBytes("automation-secret-1:" + name));
        return result;
    }

    private static byte[]? Decrypt(byte[] key, string name, byte[] sealedBytes)
    {
        int length = sealedBytes.Length - NonceBytes - TagBytes;
        if (length < 0) return null;
        var text = new byte[length];
        using var aes = new AesGcm(key, TagBytes);
        try
        {
            aes.Decrypt(sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes, length), sealedBytes.AsSpan(NonceBytes + length), text, Encoding.UTF8.GetBytes("automation-secret-1:" + name));
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
