namespace Automation.Host.Secrets;

/// <summary>The kept secrets cannot be read or written; the message says why and what to do, and holds no secret.</summary>
internal sealed class SecretStoreException(string message, Exception? inner = null) : Exception(message, inner);
